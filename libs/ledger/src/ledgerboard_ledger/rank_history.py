"""Ranks over time: where everybody stood, taken once a day and board, and kept.

The row of the day and its ranks are one transaction, and the row's key lets it happen once. So a job that comes again,
or twice at the same time, takes nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Select, literal, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from ledgerboard_contracts import ALL_TIME, BoardOptions, Ranking, View
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.proof_tables import rank_days, rank_snapshots
from ledgerboard_ledger.ranking import ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class RankOfDay:
    """Where a player stood on a board among all players, by all plays until then. ``rank`` counts from 0."""

    day: date
    rank: int
    score: int

    @property
    def position(self) -> int:
        """The same, from 1."""
        return self.rank + 1


class RankSnapshots:
    """Takes the ranks of a day. Raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, board: str, options: BoardOptions, day: date, at: datetime, *, most: int) -> bool:
        """Keep the first ``most`` ranks of ``board`` as those of ``day``, or False: they are kept already."""
        begun = insert(rank_days).values(board=board, day=day, taken_at=at, players=0).on_conflict_do_nothing()
        own = (rank_days.c.board == board) & (rank_days.c.day == day)
        with postgres_errors(), self._engine.begin() as connection:
            if connection.execute(begun.returning(rank_days.c.day)).first() is None:
                return False
            columns = ["board", "player", "day", "rank", "score"]
            kept = connection.execute(insert(rank_snapshots).from_select(columns, _ranks(board, options, day, most)))
            connection.execute(update(rank_days).where(own).values(players=kept.rowcount))
            return True


class RankHistory:
    """Tells ranks over time. Raises `UnavailableError` when neither endpoint answers."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def of(self, board: str, player: str, first: date, last: date) -> Sequence[RankOfDay]:
        """The player's ranks from ``first`` to ``last``, both included, oldest first.

        A day is missing on which nothing was taken, or on which the player was not among those who are kept.
        """
        wanted = ranks_query(board, player, first, last)
        return self._endpoints.ask(
            lambda connection: [
                RankOfDay(day=row.day, rank=row.rank, score=int(row.score)) for row in connection.execute(wanted)
            ]
        )


def ranks_query(board: str, player: str, first: date, last: date) -> Select[Any]:
    """By the key."""
    columns = rank_snapshots.c
    return (
        select(columns.day, columns.rank, columns.score)
        .where(columns.board == board, columns.player == player, columns.day.between(first, last))
        .order_by(columns.day)
    )


def _ranks(board: str, options: BoardOptions, day: date, most: int) -> Select[Any]:
    """Each player's first place, where a player may have several."""
    columns = ranked(View(board, ALL_TIME), options, Ranking.ORDINAL).columns
    return (
        select(literal(board), columns.player, literal(day), columns.ordinal, columns.score)
        .where(columns.ordinal < most)
        .ext(distinct_on(columns.player))
        .order_by(columns.player, columns.ordinal)
    )
