"""Boards with one season, their plays, and their closings."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Engine

from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact, Period, Season, Span, span_from_key
from ledgerboard_ledger import Closings, Endpoints, FinalStandings, LedgerWriter, PostgresDefinitions, SqlFold
from ledgerboard_testkit.events import NOON, envelope

START: Final = NOON - timedelta(days=1)
SEASON: Final = Season(key="autumn", start=START, end=NOON + timedelta(hours=1))
DAYS: Final = timedelta(days=18)
SKEW: Final = timedelta(seconds=30)


class Scene:
    """What a test of closings does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.closings = Closings(engine, SqlFold(engine))
        self.finals = FinalStandings(Endpoints(engine, engine))

    def board(self, **options: Any) -> BoardDefinition:
        """A new board with the season `SEASON`."""
        chosen = BoardOptions(seasons=(SEASON,), **options)
        return PostgresDefinitions(self.engine).define(f"race-{uuid4().hex[:8]}", chosen)[0]

    def play(self, definition: BoardDefinition, *facts: Fact) -> None:
        LedgerWriter(self.engine).append([envelope(*facts, board=definition.board)], [])


def season(definition: BoardDefinition) -> Span:
    return span_from_key(Period.SEASON, "autumn", definition.options.calendar)
