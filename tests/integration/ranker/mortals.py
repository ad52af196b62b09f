"""Queues that a test delivers by hand, and a death or a standstill for whoever handles a message."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Message


class Fuse:
    """Kills whoever makes the n-th call to a store from now on: after the call, so that its effect stands.

    Or it lets the process stand still there, while ``meanwhile`` happens.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.until_pause: int | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def through(self, target: Any) -> Any:
        """``target`` with this fuse in every call."""
        return _Fused(target, self)

    def burn(self) -> None:
        if self.until_pause is not None:
            self.until_pause -= 1
            if self.until_pause <= 0:
                self.until_pause = None
                self.meanwhile()
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise UnavailableError("killed")


@dataclass
class _Fused:
    target: Any
    fuse: Fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **words: Any) -> Any:
            answer = getattr(self.target, name)(*arguments, **words)
            self.fuse.burn()
            return answer

        return call


@dataclass
class Queue:
    """What waits, and what was deleted: a standard queue may show that once more, at any time."""

    waiting: list[Message] = field(default_factory=list)
    deleted: list[Message] = field(default_factory=list)

    def put(self, body: str) -> None:
        self.waiting.append(Message(body=body, message_id=uuid4().hex, receive_count=1, sent_at=datetime.now(UTC)))
