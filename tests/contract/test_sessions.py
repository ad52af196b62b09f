from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ledgerboard_ledger import Endpoints, PostgresSeats, PostgresSessions, SessionsReader
from ledgerboard_testkit.memory import FixedClock, MemorySessions
from ledgerboard_testkit.suites.sessions import SeatsSuite, SessionsSuite


class TestMemorySessions(SessionsSuite, SeatsSuite):
    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock()

    @pytest.fixture
    def sessions(self, clock: FixedClock) -> MemorySessions:
        return MemorySessions(clock)

    @pytest.fixture
    def tick(self, clock: FixedClock) -> Callable[[], None]:
        return lambda: clock.advance(timedelta(seconds=1))


class Record(PostgresSessions, SessionsReader, PostgresSeats):
    """Everything of sessions at once, as the suite wants it."""

    def __init__(self, engine: Engine) -> None:
        PostgresSessions.__init__(self, engine)
        SessionsReader.__init__(self, Endpoints(engine, engine))


class TestPostgresSessions(SessionsSuite, SeatsSuite):
    @pytest.fixture
    def sessions(self, engine: Engine) -> Record:
        return Record(engine)

    @pytest.fixture
    def tick(self) -> Callable[[], None]:
        """PostgreSQL's clock counts microseconds, and no two statements are in one."""
        return lambda: None
