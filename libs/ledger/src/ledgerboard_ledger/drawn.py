"""Which views of a board the ledger fills.

They follow from when and where was played, not from every play: so it is asked for the days, levels and sessions that
there are, and the contracts draw the views of each.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, text

from ledgerboard_contracts import ALL_TIME, BoardOptions, Fact, View, session_scope, views_of
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.counting import COUNTING

_MOMENTS: Final = (timedelta(0), timedelta(hours=12), timedelta(days=1, microseconds=-1))
"""Any day of any time zone that a day of UTC touches contains one of these moments of it."""

_DAYS: Final = text(f"""
    SELECT DISTINCT (f.occurred_at AT TIME ZONE 'UTC')::date, f.level FROM facts f WHERE f.board = :board AND {COUNTING}
""")  # noqa: S608 -- constants.
_SESSIONS: Final = text(f"""
    SELECT DISTINCT f.session FROM facts f WHERE f.board = :board AND f.session IS NOT NULL AND {COUNTING}
""")  # noqa: S608 -- constants.


class DrawnViews:
    """The views that have entries by the ledger. Raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, board: str, options: BoardOptions) -> set[View]:
        """Every view of ``board`` that counting facts fill, and a few beside them that may be empty."""
        with postgres_errors(), self._engine.connect() as connection:
            days = connection.execute(_DAYS, {"board": board}).all()
            sessions = connection.execute(_SESSIONS, {"board": board}).scalars().all()
        plays = _plays_of([(day, level) for day, level in days], options)
        drawn = {view for play in plays for view in views_of(board, play, options)}
        return drawn | _session_views(board, sessions, options)


def _plays_of(days: Sequence[tuple[date, str | None]], options: BoardOptions) -> Iterator[Fact]:
    """A play in each of the views, or in more. A season may be shorter than a day, so each gets one of its own."""
    for day, level in days:
        yield from (_play(moment, level=level) for moment in _moments_of(day))
    for level in {level for _, level in days}:
        yield from (_play(season.start, level=level) for season in options.seasons)


def _session_views(board: str, sessions: Iterable[str], options: BoardOptions) -> set[View]:
    if not options.session_views:
        return set()
    return {View(board, ALL_TIME, session_scope(name)) for name in sessions}


def _moments_of(day: date) -> Iterator[datetime]:
    midnight = datetime.combine(day, time(), UTC)
    return (midnight + each for each in _MOMENTS)


def _play(when: datetime, *, level: str | None) -> Fact:
    return Fact(event_id=UUID(int=0), player="-", score=0, occurred_at=when, level=level)
