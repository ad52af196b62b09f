"""Facts and rejections for tests: each call makes another event, and says only what the test is about."""

from datetime import UTC, datetime
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

from ledgerboard_contracts import Fact, FactEnvelope, Rejection, RejectionReason
from ledgerboard_testkit.strategies import uuid7

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)

_numbers: Final = count(1)


def event_id(at: datetime = NOON) -> UUID:
    """A new UUIDv7 of that moment. Later calls for the same moment give greater ids."""
    return uuid7(int(at.timestamp() * 1000), next(_numbers))


def fact(player: str = "ada", score: int = 100, *, at: datetime = NOON, **others: Any) -> Fact:
    """A new fact; ``others`` are more of its fields."""
    fields: dict[str, Any] = {"event_id": event_id(at), "player": player, "score": score, "occurred_at": at}
    return Fact(**fields | others)


def envelope(*facts: Fact, board: str = "race", board_version: int = 1) -> FactEnvelope:
    """A new envelope of these facts."""
    return FactEnvelope(
        envelope_id=uuid4(), correlation_id="test", board=board, board_version=board_version, facts=facts
    )


def rejection(*, at: datetime = NOON, **others: Any) -> Rejection:
    """A new rejection; ``others`` are more of its fields."""
    fields: dict[str, Any] = {
        "event_id": event_id(at),
        "board": "race",
        "board_version": 1,
        "player": "ada",
        "score": -1,
        "occurred_at": at,
        "reason": RejectionReason.SCORE_BELOW_MINIMUM,
        "detail": "the score -1 is below the minimum 0",
        "envelope_id": uuid4(),
    }
    return Rejection(**fields | others)
