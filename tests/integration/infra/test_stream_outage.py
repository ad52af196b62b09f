"""A queue that cannot be reached, or vanished: the runtime waits, says so once, and goes on."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import structlog
from prometheus_client import CollectorRegistry

from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.errors import MisconfiguredError
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import provision, sqs_client
from ledgerboard_infra.stream import Dead, Message, StreamRuntime, Verdict
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue, make_queue, queue_shape
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.streams import QUICK, ScriptedHandler, consuming, with_lanes

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from structlog.typing import EventDict


@pytest.fixture
def lines() -> "Iterator[list[EventDict]]":
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
def relay(aws: AwsSettings) -> Iterator[Relay]:
    with Relay(urlsplit(aws.sqs_endpoint_url).port or 0) as relay:
        yield relay


def _through(relay: Relay, queue: RealQueue) -> RealQueue:
    """The same queue, reached through the relay."""
    endpoint = f"http://127.0.0.1:{relay.port}"
    client = sqs_client(AwsSettings(sqs_endpoint_url=endpoint), wait_seconds=1)
    return RealQueue(client, queue.url, queue.dead_letter_url)


def _outages(lines: "list[EventDict]") -> list[tuple[str, str]]:
    return [(line["what"], line["event"]) for line in lines if "outage" in line["event"]]


def test_a_queue_that_vanished_is_waited_for_and_logged_once(client: "SQSClient", lines: "list[EventDict]") -> None:
    queue = make_queue(client)
    with consuming(queue, handler := ScriptedHandler()) as running:
        queue.send("before")
        eventually(queue.is_empty)
        client.delete_queue(QueueUrl=queue.url)
        eventually(lambda: running.metric("stream_receive_errors_total") >= 4)
        provision(client, [queue_shape(queue.url.rsplit("/", 1)[-1])])
        queue.send("after")
        eventually(queue.is_empty)
    assert handler.bodies == ["before", "after"]
    assert _outages(lines) == [("receiving", "outage began"), ("receiving", "outage ended")]


def test_a_server_that_went_away_is_waited_for_and_logged_once(
    client: "SQSClient", relay: Relay, lines: "list[EventDict]"
) -> None:
    # The server may hand "after" to the poll that the cut broke; it then shows up at the visibility timeout.
    queue = make_queue(client, visibility_timeout_seconds=2)
    with consuming(_through(relay, queue), handler := ScriptedHandler()) as running:
        queue.send("before")
        eventually(queue.is_empty)
        relay.cut()
        eventually(lambda: running.metric("stream_receive_errors_total") >= 4)
        queue.send("after")
        relay.mend()
        eventually(queue.is_empty)
    assert handler.bodies == ["before", "after"]
    assert _outages(lines) == [("receiving", "outage began"), ("receiving", "outage ended")]


def test_an_outage_between_handling_and_dead_lettering_loses_nothing(
    client: "SQSClient", relay: Relay, lines: "list[EventDict]"
) -> None:
    def answer(batch: Sequence[Message]) -> list[Verdict]:
        relay.cut()
        return [Dead("unreadable") for _ in batch]

    queue = make_queue(client, visibility_timeout_seconds=30)
    queue.send("poison")
    with consuming(_through(relay, queue), ScriptedHandler(answer), with_lanes(1)):
        eventually(lambda: _outages(lines)[:1] == [("dead letters", "outage began")])
        assert not queue.is_empty()
        relay.mend()
        eventually(queue.is_empty)
    assert queue.dead_letters()["poison"]["reason"] == "unreadable"


def test_a_runtime_that_never_reached_its_queue_stops_when_told(
    client: "SQSClient", relay: Relay, lines: "list[EventDict]"
) -> None:
    relay.cut()
    with consuming(_through(relay, make_queue(client)), ScriptedHandler()) as running:
        eventually(lambda: _outages(lines) == [("queue", "outage began")])
    assert running.drained is True


def test_a_queue_without_redrive_policy_is_refused(client: "SQSClient") -> None:
    url = client.create_queue(QueueName="bare")["QueueUrl"]
    metrics = StreamMetrics(CollectorRegistry(), "test")
    runtime = StreamRuntime(client, url, url, ScriptedHandler(), QUICK, metrics, SystemClock())
    with pytest.raises(MisconfiguredError, match="bare has no redrive policy"):
        runtime.run()


def test_a_client_that_cannot_outwait_the_long_poll_is_refused(aws: AwsSettings) -> None:
    metrics = StreamMetrics(CollectorRegistry(), "test")
    impatient, settings = sqs_client(aws), type(QUICK)(wait_seconds=10)
    with pytest.raises(MisconfiguredError, match="wait_seconds"):
        StreamRuntime(impatient, "http://q/q", "http://q/d", ScriptedHandler(), settings, metrics, SystemClock())
