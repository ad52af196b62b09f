"""Standings out of the ledger: the same answers as the boards give, by a fold made for each question.

It serves while the boards cannot, and proves them while they can. Nothing is kept, so nothing can be stale; a question
costs as much as its board has facts.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Engine

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
    """One entry of a view. ``order`` is what orders it among the others, ascending: sort key, ties, time, ids."""

    player: str
    score: int
    achieved_at: datetime
    order: tuple[Any, ...]


class SqlFold:
    """The ledger's own fold of a view. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(
        self, view: View, options: BoardOptions, snapshot: str | None = None
    ) -> Generator[FoldedEntry, None, None]:
        """Every entry of ``view``, best first, of one moment and in bounded memory.

        With a ``snapshot``, the text of a ``pg_snapshot``, only facts that were recorded before it. Raises
        `UnavailableError` when PostgreSQL is down. Whoever stops before the end closes it.
        """
        names = ordering(view.scope, options)
        entries = entries_of(view, options, snapshot=snapshot).subquery("entries")
        wanted = entries.select().order_by(*(entries.c[name] for name in names))
        with (
            postgres_errors(),
            self._engine.connect().execution_options(yield_per=_ROWS_A_FETCH) as connection,
            connection.execute(wanted) as result,
        ):
            for row in result.mappings():
                order = tuple(row[name] for name in names)
                yield FoldedEntry(row["player"], int(row["score"]), row["achieved_at"].astimezone(UTC), order)
