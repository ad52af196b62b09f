"""Look at dead letters, send them again, or discard them.

SQS has no way to look without taking: letters are received, held for some seconds and given back, so whoever looks at
the same time sees others. A replay sends first and deletes then. What comes twice that way is forgiven by every
consumer, so a replay that broke off is simply asked for again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from ledgerboard_gateway.resending import Resending, Shape, resending
from ledgerboard_infra.errors import RefusedError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_infra.stream.messages import Message, Receipt

MOST_LETTERS: Final = 1000
"""So many are looked through for the ones that are meant."""

LOOK_SECONDS: Final = 10.0
"""So long it may take; well below the time for which SQS hides what was received."""

WAIT_SECONDS: Final = 1
"""How long one poll waits; the client must be made for it."""

_CORRELATION: Final = "correlation_id"

_log = get_logger(__name__)


class Inbox(Protocol):
    """A dead-letter queue. All methods raise `UnavailableError`."""

    def depth(self) -> int:
        """About how many letters there are."""
        ...

    def receive(self, wait_seconds: int) -> list[Receipt]:
        """Up to ten letters, which are then hidden for a while."""
        ...

    def delete(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Delete, and return those that are not in our hands any more."""
        ...

    def show_after(self, delays: Sequence[tuple[Receipt, float]]) -> list[Receipt]:
        """Show letters again after so many seconds."""
        ...


class Sender(Protocol):
    """The queue from which the letters are. Raises `UnavailableError`, and `RefusedError` for what it never takes."""

    def send_one(self, message: OutgoingMessage) -> None:
        """Return once the message is stored."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """A queue's dead letters, and the queue."""

    dead: Inbox
    origin: Sender


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter, and how it can go again."""

    queue: str
    message: Message
    resending: Resending


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the letters that were named, by id; ``refused`` tells why, ``letters`` which were there."""

    done: Sequence[str]
    refused: Mapping[str, str]
    missing: Sequence[str]
    letters: Sequence[Message] = ()


class DeadLetters:
    """The dead letters of every queue. Every method raises `UnavailableError` when SQS is down.

    ``desks`` gives each queue's once it is asked for, since a queue may be made while the gateway runs.
    """

    def __init__(
        self, desks: Mapping[str, Callable[[], Desk]], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._desks = desks
        self._monotonic = monotonic

    @property
    def queues(self) -> Sequence[str]:
        """The names of the queues."""
        return list(self._desks)

    def depths(self, queue: str | None) -> Mapping[str, int]:
        """About how many letters there are, by queue."""
        return {name: self._desks[name]().dead.depth() for name in self._named(queue)}

    def look(self, queue: str | None, limit: int) -> Sequence[Letter]:
        """Up to ``limit`` letters of each queue that is meant, oldest first."""
        found: list[Letter] = []
        for name in self._named(queue):
            with self._held(name, lambda held: len(held) >= limit) as held:
                found += [_letter(name, receipt) for receipt in list(held.values())[:limit]]
        return sorted(found, key=lambda letter: letter.message.sent_at)

    def find(self, queue: str, message_id: str) -> Letter | None:
        """One letter, or None where it is not there, or in others' hands."""
        with self._held(queue, lambda held: message_id in held) as held:
            return _letter(queue, held[message_id]) if message_id in held else None

    def replay(self, queue: str, message_ids: Sequence[str]) -> Outcome:
        """Send the letters again and delete them. Safe to repeat."""
        desk, done, refused = self._desks[queue](), list[Receipt](), dict[str, str]()
        with self._picked(queue, message_ids) as (picked, missing):
            try:
                for receipt in picked:
                    obstacle = _send_again(desk.origin, _letter(queue, receipt))
                    if obstacle is None:
                        done.append(receipt)
                    else:
                        refused[receipt.message.message_id] = obstacle
            finally:  # What was sent before an outage is settled; the rest stays for the next time.
                desk.dead.delete(done)
        ids, letters = [receipt.message.message_id for receipt in done], [receipt.message for receipt in picked]
        outcome = Outcome(ids, refused, missing, letters)
        _log.info("dead letters replayed", queue=queue, done=outcome.done, refused=refused)
        return outcome

    def discard(self, queue: str, message_ids: Sequence[str]) -> Outcome:
        """Delete the letters. What was in them is gone."""
        with self._picked(queue, message_ids) as (picked, missing):
            failed = {receipt.message.message_id for receipt in self._desks[queue]().dead.delete(picked)}
        done = [each.message.message_id for each in picked if each.message.message_id not in failed]
        _log.info("dead letters discarded", queue=queue, done=done)
        letters = [receipt.message for receipt in picked]
        return Outcome(done, dict.fromkeys(failed, "it went to other hands meanwhile"), missing, letters)

    def _named(self, queue: str | None) -> Sequence[str]:
        return self.queues if queue is None else [queue]

    @contextmanager
    def _picked(self, queue: str, message_ids: Sequence[str]) -> Iterator[tuple[list[Receipt], list[str]]]:
        with self._held(queue, lambda held: all(each in held for each in message_ids)) as held:
            yield (
                [held[each] for each in message_ids if each in held],
                [each for each in message_ids if each not in held],
            )

    @contextmanager
    def _held(self, queue: str, enough: Callable[[Mapping[str, Receipt]], bool]) -> Iterator[dict[str, Receipt]]:
        """Letters by id until there are enough, or no more; all are given back, which what is deleted survives."""
        inbox, held = self._desks[queue]().dead, dict[str, Receipt]()
        deadline = self._monotonic() + LOOK_SECONDS
        try:
            while not enough(held) and len(held) < MOST_LETTERS and self._monotonic() < deadline:
                received = inbox.receive(WAIT_SECONDS)
                if not received:
                    break
                held.update((receipt.message.message_id, receipt) for receipt in received)
            yield held
        finally:
            _give_back(inbox, list(held.values()))


def _give_back(inbox: Inbox, receipts: Sequence[Receipt]) -> None:
    try:
        inbox.show_after([(receipt, 0.0) for receipt in receipts])
    except (UnavailableError, RefusedError) as error:
        _log.warning("dead letters show again only after a while", error=str(error))


def _letter(queue: str, receipt: Receipt) -> Letter:
    message = receipt.message
    return Letter(queue, message, resending(queue, message.body, message.attributes))


def _send_again(origin: Sender, letter: Letter) -> str | None:
    """What stands against it, or None once the queue stores it."""
    if letter.resending.shape is Shape.NEVER:
        return letter.resending.obstacle or "no consumer can read it"
    correlation_id = letter.message.attributes.get(_CORRELATION)
    attributes = {_CORRELATION: correlation_id} if correlation_id else {}
    try:
        origin.send_one(OutgoingMessage(letter.resending.body, attributes))
    except RefusedError as error:
        return str(error)
    return None
