"""Reviews: the plays that a board's rules suspect, and what managers decided about them.

A verdict is given once: whoever comes second finds the first one's. A refused play is voided by the correction whose id
stands in the review, so however often it is sent it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, Row, TextClause, text, update

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.review_tables import reviews

_REVIEW: Final = """
    SELECT reviews.event_id, reviews.board, rules, state, found_at, decided_at, author, reason, correction_id,
        player, score, level, session, attributes, occurred_at,
        EXISTS (
            SELECT FROM corrections WHERE corrections.kind = 'void' AND corrections.event_id = reviews.event_id
        ) AS is_voided
    FROM reviews LEFT JOIN facts ON facts.event_id = reviews.event_id
"""
_ONE: Final = text(f"{_REVIEW} WHERE reviews.event_id = :event_id")


class ReviewState(StrEnum):
    """What was decided."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A suspect play, by which rules, and the verdict where there is one.

    What was played is missing where the ledger no longer holds its month. ``is_voided``: by whatever correction.
    """

    event_id: UUID
    board: str
    rules: tuple[str, ...]
    state: ReviewState
    found_at: datetime
    decided_at: datetime | None = None
    author: str | None = None
    reason: str | None = None
    correction_id: UUID | None = None
    player: str | None = None
    score: int | None = None
    level: str | None = None
    session: str | None = None
    attributes: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    is_voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided about a play. ``correction_id`` voids it, if it is refused."""

    state: ReviewState
    at: datetime
    author: str
    reason: str
    correction_id: UUID | None = None


class PostgresReviews:
    """The record of reviews. Every method raises `UnavailableError` when PostgreSQL is down. Thread-safe."""

    def __init__(self, engine: Engine, endpoints: Endpoints) -> None:
        self._engine = engine
        self._endpoints = endpoints

    def page(self, state: ReviewState, board: str | None, after: UUID | None, limit: int) -> Sequence[Review]:
        """The first ``limit`` of one state, of a board or of all, oldest play first, behind ``after``."""
        given = {"state": state.value, "board": board, "after": after}
        query = _page([name for name, value in given.items() if value is not None])
        return self._endpoints.ask(
            lambda connection: [_review(row) for row in connection.execute(query, given | {"limit": limit})]
        )

    def decide(self, event_id: UUID, decision: Decision) -> Review | None:
        """The review with its verdict: this one, unless there was one before. None where there is no such review."""
        decided = (
            update(reviews)
            .where(reviews.c.event_id == event_id, reviews.c.state == ReviewState.OPEN.value)
            .values(state=decision.state.value, decided_at=decision.at, author=decision.author)
            .values(reason=decision.reason, correction_id=decision.correction_id)
        )
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(decided)
            row = connection.execute(_ONE, {"event_id": event_id}).first()
        return None if row is None else _review(row)


def _page(given: Sequence[str]) -> TextClause:
    conditions = {"state": "state = :state", "board": "reviews.board = :board", "after": "reviews.event_id > :after"}
    chosen = " AND ".join(conditions[name] for name in given)
    return text(f"{_REVIEW} WHERE {chosen} ORDER BY reviews.event_id LIMIT :limit")


def _review(row: Row[Any]) -> Review:
    values = dict(row._mapping)  # noqa: SLF001 -- its public name.
    return Review(**values | {"rules": tuple(values["rules"]), "state": ReviewState(values["state"])})
