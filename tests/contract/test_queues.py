from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, sqs_client
from ledgerboard_testkit.memory import MemorySender
from ledgerboard_testkit.queues import RealQueue, make_queue
from ledgerboard_testkit.relay import Relay
from ledgerboard_testkit.suites.queues import SenderSuite
from tests.contract.outages import outage_of

CALL_SECONDS = 3.0


class TestMemorySender(SenderSuite):
    @pytest.fixture
    def sender(self) -> MemorySender:
        return MemorySender()

    @pytest.fixture
    def arrived(self, sender: MemorySender) -> Callable[[], list[OutgoingMessage]]:
        return lambda: list(sender.sent)

    @pytest.fixture
    def outage(self, sender: MemorySender) -> AbstractContextManager[None]:
        return outage_of(sender)


@pytest.fixture(scope="module")
def relay(sqs_endpoint: str) -> Iterator[Relay]:
    with Relay.before(sqs_endpoint) as relay:
        yield relay


class TestQueueSender(SenderSuite):
    @pytest.fixture
    def queue(self, sqs_endpoint: str) -> RealQueue:
        return make_queue(sqs_client(AwsSettings(sqs_endpoint_url=sqs_endpoint)))

    @pytest.fixture
    def sender(self, queue: RealQueue, relay: Relay, sqs_endpoint: str) -> QueueSender:
        client = sqs_client(AwsSettings(sqs_endpoint_url=relay.through(sqs_endpoint)), call_seconds=CALL_SECONDS)
        return QueueSender(client, relay.through(queue.url))

    @pytest.fixture
    def arrived(self, queue: RealQueue) -> Callable[[], list[OutgoingMessage]]:
        return lambda: list(taken_from(queue))

    @pytest.fixture
    def outage(self, relay: Relay) -> AbstractContextManager[None]:
        return outage_of(relay)


def taken_from(queue: RealQueue) -> Iterator[OutgoingMessage]:
    """Every message of the queue, which is then empty."""
    while messages := queue.receive():
        for each in messages:
            attributes = {name: value["StringValue"] for name, value in each.get("MessageAttributes", {}).items()}
            yield OutgoingMessage(each["Body"], attributes)
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=each["ReceiptHandle"])
