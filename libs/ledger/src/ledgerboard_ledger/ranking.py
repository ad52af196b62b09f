"""Rank the entries of a view in SQL, and take the rows that a read asks for.

Each read is one statement, so it sees one moment. Its rows repeat in front what was measured of the whole view, and
where no entry is asked for there is one row that holds nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from sqlalchemy import CTE, BigInteger, ColumnElement, Label, Numeric, Row, Select, cast, func, select

from ledgerboard_contracts import BoardOptions, Order, Ranking, Standing, View
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.folding import entries_of, ordering

Column = ColumnElement[Any]

_SHARED: Final = {Ranking.COMPETITION: func.rank, Ranking.DENSE: func.dense_rank}
_STANDING: Final = ("shared", "player", "score", "achieved_at")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A view with its ranks: of each entry ``ordinal``, ``better``, and ``shared``, which is as the ranking has it."""

    entries: CTE
    view: View
    options: BoardOptions

    @property
    def columns(self) -> Any:
        """The columns, by name."""
        return self.entries.c

    @property
    def total(self) -> Label[Any]:
        """The number of entries."""
        return func.count(self.columns.player).label("total")

    def first_of(self, player: str) -> Column:
        """The ordinal rank of the player's best entry, or NULL."""
        return func.min(self.columns.ordinal).filter(self.columns.player == player)

    def rows(self, measures: Sequence[Label[Any]], chosen: Callable[[Any], Any]) -> Select[Any]:
        """The ``chosen`` entries, best first. The choice is made by what the ``measures`` of the whole view say."""
        measure = select(*measures).select_from(self.entries).cte("measure")
        columns = [self.columns[name] for name in (*_STANDING, "better")]
        return (
            select(*measure.c, *columns)
            .select_from(measure.outerjoin(self.entries, chosen(measure.c)))
            .order_by(self.columns.ordinal)
        )


def ranked(view: View, options: BoardOptions, ranking: Ranking) -> Ranked:
    """All of the view, ranked."""
    entries = entries_of(view, options).subquery("entries")
    order = [entries.c[name] for name in ordering(view.scope, options)]
    shared, key = _SHARED.get(ranking), entries.c.key
    ordinal = func.row_number().over(order_by=order) - 1
    return Ranked(
        select(
            entries,
            ordinal.label("ordinal"),
            (func.rank().over(order_by=key) - 1).label("better"),
            (shared().over(order_by=key) - 1 if shared else ordinal).label("shared"),
        ).cte("ranked"),
        view,
        options,
    )


class ViewReader:
    """Asks one statement at a time, of the reader if it answers. The base of what `LedgerStandings` can do."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._endpoints.ask(lambda connection: connection.execute(statement).all())


def window(measure: Any, start: Column, size: int) -> tuple[Column, Column]:
    """``size`` ranks from ``start`` on, moved so that they fit: the first one, and the one behind the last."""
    first = func.greatest(0, func.least(start, measure.total - size))
    return first, first + size


def key_of(score: int, options: BoardOptions) -> Column:
    """The sort key of a score of any size. What is compared with it may be a sum."""
    return number(-score if options.order is Order.DESC else score)


def number(value: int) -> Column:
    """A score of any size."""
    return cast(value, Numeric)


def rank_of(value: int) -> Column:
    """A rank or a count."""
    return cast(value, BigInteger)


def standing_of(row: Row[Any]) -> Standing:
    """One row as its reader sees it."""
    return Standing(
        rank=row.shared,
        position=row.shared + 1,
        player=row.player,
        score=int(row.score),
        achieved_at=row.achieved_at.astimezone(UTC),
    )


def standings_of(rows: Sequence[Row[Any]]) -> tuple[Standing, ...]:
    """The rows of a page; where nothing was chosen, none."""
    return tuple(standing_of(row) for row in rows if row.player is not None)
