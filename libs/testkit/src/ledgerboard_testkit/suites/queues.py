"""A queue, as those who send to it see it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import pytest

from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage

_KIB = 1024


class Sender(Protocol):
    """The sending end."""

    def send(self, messages: Sequence[OutgoingMessage]) -> None: ...
    def send_one(self, message: OutgoingMessage) -> None: ...


class SenderSuite:
    """Give it ``sender``; ``arrived``, which tells what the queue holds; and ``outage``, in which the queue is down."""

    def test_what_was_sent_is_there_with_its_attributes(
        self, sender: Sender, arrived: Callable[[], list[OutgoingMessage]]
    ) -> None:
        one = OutgoingMessage("é\t🎮", {"correlation_id": "r-1"})
        more = [OutgoingMessage(f"message {number}") for number in range(12)]
        sender.send_one(one)
        sender.send(more)
        sender.send([])
        assert sorted(arrived(), key=lambda each: each.body) == sorted([one, *more], key=lambda each: each.body)

    def test_a_body_of_200_kib_is_taken(self, sender: Sender, arrived: Callable[[], list[OutgoingMessage]]) -> None:
        large = OutgoingMessage("x" * 200 * _KIB)
        sender.send([large, large])
        sender.send_one(large)
        assert arrived() == [large, large, large]

    @pytest.mark.parametrize("body", ["", "a\x00b", "\x1b", "\ufffe", "x" * 1100 * _KIB])
    def test_what_sqs_never_takes_is_refused_and_not_kept(
        self, sender: Sender, arrived: Callable[[], list[OutgoingMessage]], body: str
    ) -> None:
        with pytest.raises(RefusedError):
            sender.send_one(OutgoingMessage(body))
        with pytest.raises(RefusedError):
            sender.send([OutgoingMessage(body)])
        assert arrived() == []

    def test_while_the_queue_is_down_nothing_is_acknowledged_or_kept(
        self,
        sender: Sender,
        arrived: Callable[[], list[OutgoingMessage]],
        outage: AbstractContextManager[None],
    ) -> None:
        with outage:
            with pytest.raises(UnavailableError):
                sender.send_one(OutgoingMessage("one"))
            with pytest.raises(UnavailableError):
                sender.send([OutgoingMessage("many")])
        assert arrived() == []
        sender.send_one(OutgoingMessage("after"))
        assert arrived() == [OutgoingMessage("after")]
