"""Questions about plays: which rows they take, in which order, and by which index.

A page ends where its last play says, so pages meet whatever is recorded meanwhile. Time is that of acceptance, which
the ids tell: they are what the ledger is ordered and partitioned by.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text

from ledgerboard_contracts import Order
from ledgerboard_ledger.counting import COUNTING
from ledgerboard_ledger.moments import id_at
from ledgerboard_ledger.tables import facts, rejections

_play: Final = facts.alias("f")
PLAY: Final = (
    _play.c.event_id, _play.c.board, _play.c.board_version, _play.c.player, _play.c.score, _play.c.level,
    _play.c.attributes, _play.c.occurred_at, _play.c.recorded_at, _play.c.session,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A stretch of time by when plays were accepted, to the millisecond.

    ``since`` is inclusive, ``until`` exclusive, None is no bound.
    """

    since: datetime | None = None
    until: datetime | None = None


ALWAYS: Final = Accepted()


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardStatistics:
    """What counts on a board, and how many submissions it refused. Without a play there is no first one nor last."""

    players: int
    plays: int
    first_play_at: datetime | None
    last_play_at: datetime | None
    rejections: int


def plays_query(
    player: str,
    board: str | None,
    before: UUID | None,
    limit: int,
    *,
    level: str | None = None,
    accepted: Accepted = ALWAYS,
) -> Select[Any]:
    """The partitions are in the order of the ids, so the newest are read first and the rest only when needed."""
    page = select(*PLAY).where(_play.c.player == player).order_by(_play.c.event_id.desc()).limit(limit)
    if board is not None:
        page = page.where(_play.c.board == board)
    if level is not None:
        page = page.where(_play.c.level == level)
    if accepted.since is not None:
        page = page.where(_play.c.event_id >= id_at(accepted.since))
    if accepted.until is not None:
        page = page.where(_play.c.event_id < id_at(accepted.until))
    return page if before is None else page.where(_play.c.event_id < before)


def best_plays_query(player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int) -> Select[Any]:
    """By the index of a player's scores, from whichever end is the better; of equal scores the older play first."""
    score, is_descending = _play.c.score, order is Order.DESC
    page = select(*PLAY).where(_play.c.board == board, _play.c.player == player, text(COUNTING))
    page = page.order_by(score.desc() if is_descending else score, _play.c.event_id).limit(limit)
    if after is None:
        return page
    last_score, last_id = after
    worse = score < last_score if is_descending else score > last_score
    not_better = score <= last_score if is_descending else score >= last_score
    return page.where(not_better, or_(worse, _play.c.event_id > last_id))


def statistics_query(board: str) -> Select[Any]:
    """One pass over the board's facts."""
    refused = select(func.count()).select_from(rejections).where(rejections.c.board == board).scalar_subquery()
    return select(
        func.count(_play.c.player.distinct()).label("players"),
        func.count().label("plays"),
        func.min(_play.c.occurred_at).label("first_play_at"),
        func.max(_play.c.occurred_at).label("last_play_at"),
        refused.label("rejections"),
    ).where(_play.c.board == board, text(COUNTING))
