import pytest

from ledgerboard_infra.clock import SystemClock
from ledgerboard_testkit.memory import FixedClock
from ledgerboard_testkit.suites.clocks import ClockSuite


class TestFixedClock(ClockSuite):
    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock()


class TestSystemClock(ClockSuite):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()
