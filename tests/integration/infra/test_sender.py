"""Sending returns when every message is on the queue, however many requests that takes."""

from typing import TYPE_CHECKING

import pytest

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, sqs_client
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
