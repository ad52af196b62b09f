"""A clock."""

from datetime import UTC

from ledgerboard_infra.clock import Clock


class ClockSuite:
    """Give it ``clock``."""

    def test_it_tells_aware_utc_and_never_goes_back(self, clock: Clock) -> None:
        told = [clock.now() for _ in range(3)]
        assert {each.tzinfo for each in told} == {UTC}
        assert told == sorted(told)
