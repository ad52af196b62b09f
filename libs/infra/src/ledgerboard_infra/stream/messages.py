"""What a handler gets and what it answers.

A verdict speaks for one message only, so a message that can never succeed takes none of its batch-mates along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as received. ``receive_count`` counts from 1; ``sent_at`` is UTC."""

    body: str
    message_id: str
    receive_count: int
    sent_at: datetime
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The message's effect is durable: delete it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It failed, and may succeed later. At its last receive the message goes to the dead letters with ``reason``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """It can never succeed: to the dead letters with ``reason``, now."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It cannot be done now, through no fault of its own, while others can: a copy comes again after a while.

    It costs no receives, so a message may wait as long as it must. For messages whose handler forgives copies.
    """

    reason: str


Verdict = Done | Retry | Dead | Later


class BatchHandler(Protocol):
    """Does a queue's work.

    Raises `UnavailableError` when a dependency is down: the same batch then comes again, with the same receive counts,
    until it works. Any other exception has the batch's messages handled one by one, to find the culprit.
    """

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """One verdict a message, in the batch's order. Must be safe to repeat."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A message in hand, with what SQS wants to hear to let go of it."""

    message: Message
    handle: str
