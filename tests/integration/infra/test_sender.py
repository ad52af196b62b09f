"""Sending returns when every message is on the queue, however many requests that takes."""

import time
from typing import TYPE_CHECKING

import pytest

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, resolve_queue_url, sqs_client
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import make_queue
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.streams import ScriptedHandler, consuming

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def test_many_and_large_messages_all_arrive(client: "SQSClient") -> None:
    queue = make_queue(client)
    bodies = [str(n) for n in range(37)] + [letter * 200 * 1024 for letter in "abc"]
    QueueSender(client, queue.url).send([OutgoingMessage(body, {"correlation_id": "é"}) for body in bodies])
    with consuming(queue, handler := ScriptedHandler()):
        eventually(lambda: len(handler.bodies) == 40)
        eventually(queue.is_empty)
    assert sorted(handler.bodies) == sorted(bodies)
    assert {message.attributes["correlation_id"] for batch in handler.batches for message in batch} == {"é"}


def test_a_message_that_sqs_never_takes_is_refused(client: "SQSClient") -> None:
    queue = make_queue(client)
    with pytest.raises(RefusedError):
        QueueSender(client, queue.url).send([OutgoingMessage("sound"), OutgoingMessage("not XML: \x00")])
    with pytest.raises(RefusedError):
        QueueSender(client, queue.url).send_one(OutgoingMessage(""))


def test_a_server_that_is_gone_is_unavailable() -> None:
    with Relay(1) as relay:
        relay.cut()
        client = sqs_client(AwsSettings(sqs_endpoint_url=f"http://127.0.0.1:{relay.port}"))
        sender = QueueSender(client, f"http://127.0.0.1:{relay.port}/000000000000/none")
        with pytest.raises(UnavailableError):
            sender.send([OutgoingMessage("a")])
        with pytest.raises(UnavailableError):
            sender.send_one(OutgoingMessage("a"))


def test_a_queue_that_is_missing_is_named_with_its_stage(client: "SQSClient") -> None:
    with pytest.raises(UnavailableError, match=r"no queue ledgerboard-prod-rank.*LEDGERBOARD_STAGE"):
        resolve_queue_url(client, "ledgerboard-prod-rank")


@pytest.mark.parametrize("call_seconds", [0.5, 1.5])
def test_a_call_to_a_server_that_hangs_ends_within_its_bound(
    client: "SQSClient", aws: AwsSettings, call_seconds: float
) -> None:
    queue = make_queue(client)
    with Relay.before(aws.sqs_endpoint_url) as relay:
        hasty = sqs_client(AwsSettings(sqs_endpoint_url=relay.through(aws.sqs_endpoint_url)), call_seconds=call_seconds)
        sender = QueueSender(hasty, relay.through(queue.url))
        sender.send_one(OutgoingMessage("before"))
        relay.hold()
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            sender.send_one(OutgoingMessage("while"))
        assert time.monotonic() - started < call_seconds + 0.4
        relay.release()
        sender.send_one(OutgoingMessage("after"))
    assert {"before", "after"} <= {message["Body"] for message in queue.receive()}
