"""Standings out of the ledger: the same answers as the boards give, by a fold made for each question.

It serves while the boards cannot, and proves them while they can. Nothing is kept, so nothing can be stale; a question
costs as much as its board has facts.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Engine, RowMapping

from ledgerboard_contracts import BoardOptions, View
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.folding import entries_of, ordering
from ledgerboard_ledger.standings_pages import Pages
from ledgerboard_ledger.standings_places import Places

_ROWS_A_FETCH: Final = 5_000


class LedgerStandings(Pages, Places):
    """The boards as the ledger has them. A view never expires here, no rank is too deep, and none has a generation.

    Every method raises `UnavailableError` when neither endpoint answers.
    """


@dataclass(frozen=True, slots=True)
class FoldedEntry:
    """One entry of a view. ``order`` is what orders it among the others, ascending: sort key, ties, time, ids.

    ``remembered``, if it was asked for, is what else a fold of one fact after another has to know: the event of a
    latest play; 0 of a total of which every play is 0; of a sum over levels each play that decides there as level, sort
    key and time: the best, and the first one where that was another and a play of 0 is the best or may still be.
    """

    player: str
    score: int
    achieved_at: datetime
    order: tuple[Any, ...]
    remembered: tuple[Any, ...] = ()


class SqlFold:
    """The ledger's own fold of a view. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(
        self, view: View, options: BoardOptions, snapshot: str | None = None, *, remembered: bool = False
    ) -> Generator[FoldedEntry, None, None]:
        """Every entry of ``view``, best first, of one moment and in bounded memory.

        With a ``snapshot``, the text of a ``pg_snapshot``, only facts that were recorded before it. Raises
        `UnavailableError` when PostgreSQL is down. Whoever stops before the end closes it.
        """
        names = ordering(view.scope, options)
        entries = entries_of(view, options, snapshot=snapshot, remembered=remembered).subquery("entries")
        wanted = entries.select().order_by(*(entries.c[name] for name in names))
        with (
            postgres_errors(),
            self._engine.connect().execution_options(yield_per=_ROWS_A_FETCH) as connection,
            connection.execute(wanted) as result,
        ):
            for row in result.mappings():
                order = tuple(row[name] for name in names)
                achieved_at = row["achieved_at"].astimezone(UTC)
                yield FoldedEntry(row["player"], int(row["score"]), achieved_at, order, _remembered(row, names))


def _remembered(row: RowMapping, names: Sequence[str]) -> tuple[Any, ...]:
    if "levels" in row:
        return tuple(_deciding_plays(row))
    if "changes" in row:
        return () if row["changes"] else (0,)
    return (row["event_id"],) if "event_id" in row and "event_id" not in names else ()


def _deciding_plays(row: RowMapping) -> Iterator[tuple[str, int, datetime]]:
    lists = ("levels", "level_keys", "level_times", "first_keys", "first_times")
    for level, key, time, first_key, first_time in zip(*(row[name] for name in lists), strict=True):
        yield level, int(key), time
        if key >= 0 and first_time < time:
            yield level, int(first_key), first_time
