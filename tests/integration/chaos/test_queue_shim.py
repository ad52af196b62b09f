"""The shim before the queue server shows what a standard queue may show, and changes nothing else."""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from benchmarks.chaos.network.loop import Network
from benchmarks.chaos.network.queue_shim import Manners, QueueShim

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NAME = f"chaos-{uuid4().hex}"
MILD = Manners()
GHOSTLY = Manners(ghosts=1.0)


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def shim(network: Network, sqs_endpoint: str) -> QueueShim:
    port = urlsplit(sqs_endpoint).port
    assert port is not None
    return network.open(QueueShim(lambda: port, [NAME], random.Random(5)))  # noqa: S311 -- no secret.


@pytest.fixture
def sqs(shim: QueueShim) -> "Iterator[SQSClient]":
    client = boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{shim.port}", region_name="us-east-1")
    yield client
    client.close()


@pytest.fixture
def queue(sqs: "SQSClient") -> Iterator[str]:
    url = sqs.create_queue(QueueName=NAME, Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


def received(sqs: "SQSClient", queue: str, *, visible_again: int = 30) -> list[Any]:
    answer = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0, VisibilityTimeout=visible_again,
        MessageAttributeNames=["All"], MessageSystemAttributeNames=["ApproximateReceiveCount"],
    )  # fmt: skip
    return answer.get("Messages", [])


def sent(sqs: "SQSClient", queue: str, body: str) -> str:
    attributes: Any = {"kind": {"DataType": "String", "StringValue": "test"}}
    return sqs.send_message(QueueUrl=queue, MessageBody=body, MessageAttributes=attributes)["MessageId"]


def deleted(sqs: "SQSClient", queue: str, body: str) -> Any:
    """A message that was sent, received and deleted."""
    sent(sqs, queue, body)
    (message,) = received(sqs, queue)
    sqs.delete_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "ReceiptHandle": message["ReceiptHandle"]}])
    return message


def behave(network: Network, shim: QueueShim, manners: Manners) -> None:
    network.call(shim.behave, manners)


def test_a_mild_shim_changes_nothing(sqs: "SQSClient", queue: str) -> None:
    ids = {sent(sqs, queue, f"message {number}") for number in range(5)}
    messages = received(sqs, queue)
    assert {message["MessageId"] for message in messages} == ids
    answer = sqs.delete_message_batch(
        QueueUrl=queue,
        Entries=[{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(messages)],
    )
    assert len(answer["Successful"]) == 5
    assert received(sqs, queue) == []


def test_a_deleted_message_is_shown_again_as_itself(
    network: Network, shim: QueueShim, sqs: "SQSClient", queue: str
) -> None:
    message = deleted(sqs, queue, "a ghost")
    behave(network, shim, GHOSTLY)
    (ghost,) = received(sqs, queue)
    for part in ("MessageId", "Body", "MessageAttributes", "MD5OfBody"):
        assert ghost[part] == message[part]
    assert ghost["ReceiptHandle"] != message["ReceiptHandle"]
    assert shim.counts["ghosts"] == 1


def test_there_is_room_for_ghosts_also_where_much_waits(
    network: Network, shim: QueueShim, sqs: "SQSClient", queue: str
) -> None:
    message = deleted(sqs, queue, "a ghost")
    waiting = {sent(sqs, queue, f"message {number}") for number in range(12)}
    behave(network, shim, GHOSTLY)
    shown = [each["MessageId"] for each in received(sqs, queue)]
    assert message["MessageId"] in shown
    assert len(shown) <= 10
    behave(network, shim, MILD)
    later = [each["MessageId"] for each in received(sqs, queue)]
    assert sorted(shown + later) == sorted([message["MessageId"], *waiting])


def test_a_ghost_has_been_received_once_or_more_often(
    network: Network, shim: QueueShim, sqs: "SQSClient", queue: str
) -> None:
    deleted(sqs, queue, "a ghost")
    behave(network, shim, GHOSTLY)
    counts = {received(sqs, queue)[0]["Attributes"]["ApproximateReceiveCount"] for _ in range(30)}
    assert counts == {"1", "2", "3"}


def test_a_ghost_can_be_hidden_shown_and_deleted(
    network: Network, shim: QueueShim, sqs: "SQSClient", queue: str
) -> None:
    deleted(sqs, queue, "a ghost")
    behave(network, shim, GHOSTLY)
    receipt = received(sqs, queue)[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=5)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=receipt)
    behave(network, shim, MILD)
    assert received(sqs, queue) == []


def test_ghosts_and_living_messages_are_deleted_by_one_request(
    network: Network, shim: QueueShim, sqs: "SQSClient", queue: str
) -> None:
    deleted(sqs, queue, "a ghost")
    sent(sqs, queue, "alive")
    behave(network, shim, GHOSTLY)
    entries: Any = [{"Id": each["Body"][:5].strip(), "ReceiptHandle": each["ReceiptHandle"]}
                    for each in received(sqs, queue)]  # fmt: skip
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    assert {each["Id"] for each in answer["Successful"]} == {"a gho", "alive"}
    behave(network, shim, MILD)
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_a_ghost_is_as_old_as_it_is_wanted(network: Network, shim: QueueShim, sqs: "SQSClient", queue: str) -> None:
    deleted(sqs, queue, "too young")
    behave(network, shim, Manners(ghosts=1.0, ghost_seconds=3600.0))
    assert received(sqs, queue) == []


def test_a_message_is_delivered_twice(network: Network, shim: QueueShim, sqs: "SQSClient", queue: str) -> None:
    behave(network, shim, Manners(copies=1.0))
    message_id = sent(sqs, queue, "twice")
    received(sqs, queue)
    network.call(shim.show_copies_now)
    (again,) = received(sqs, queue)
    assert (again["MessageId"], again["Attributes"]["ApproximateReceiveCount"]) == (message_id, "2")


@pytest.mark.parametrize("forgiving", [True, False])
def test_an_old_receipt_deletes_nothing_and_is_answered_as_wanted(
    network: Network,
    shim: QueueShim,
    sqs: "SQSClient",
    queue: str,
    forgiving: bool,  # noqa: FBT001 -- a table
) -> None:
    behave(network, shim, Manners(forgiving=forgiving))
    sent(sqs, queue, "held")
    (old,) = received(sqs, queue, visible_again=0)
    received(sqs, queue, visible_again=0)
    entries: Any = [{"Id": "1", "ReceiptHandle": old["ReceiptHandle"]}]
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    assert bool(answer.get("Successful")) is forgiving
    assert bool(answer.get("Failed")) is not forgiving
    if forgiving:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=old["ReceiptHandle"])
    else:
        with pytest.raises(ClientError):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=old["ReceiptHandle"])
    assert len(received(sqs, queue)) == 1


def test_other_queues_are_left_alone(network: Network, shim: QueueShim, sqs: "SQSClient") -> None:
    url = sqs.create_queue(QueueName=f"{NAME}-dlq")["QueueUrl"]
    deleted(sqs, url, "no ghost")
    behave(network, shim, GHOSTLY)
    assert received(sqs, url) == []
    sqs.delete_queue(QueueUrl=url)
