"""A handler that wants to know hears of a message when it cannot come again, and of no other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Message, Retry, Verdict
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import make_queue
from ledgerboard_testkit.streams import ListeningHandler, consuming

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def _by_body(batch: Sequence[Message]) -> list[Verdict]:
    verdicts: dict[str, Verdict] = {"dead": Dead("broken"), "late": Retry("later")}
    return [verdicts.get(message.body, Done()) for message in batch]


def test_only_what_is_done_and_deleted_is_told(client: "SQSClient") -> None:
    handler, queue = ListeningHandler(_by_body), make_queue(client)
    queue.send("one", "dead", "late", "two")
    with consuming(queue, handler):
        eventually(queue.is_empty, within_seconds=20)
    assert sorted(handler.told) == ["one", "two"]
    assert set(queue.dead_letters()) == {"dead", "late"}


def test_work_goes_on_while_nobody_can_be_told(client: "SQSClient") -> None:
    def down() -> None:
        raise UnavailableError("the boards are down")

    handler, queue = ListeningHandler(hear=down), make_queue(client)
    queue.send(*map(str, range(30)))
    with consuming(queue, handler) as running:
        eventually(queue.is_empty, within_seconds=20)
    assert sorted(handler.bodies) == sorted(handler.told) == sorted(map(str, range(30)))
    assert running.drained
