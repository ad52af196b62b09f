"""Delays grow, stay bounded, and differ between replicas."""

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_infra.backoff import Backoff


@given(
    attempt=st.integers(-1, 10_000),
    base=st.floats(0, 60),
    most=st.floats(0, 3600),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_a_delay_is_never_negative_and_never_beyond_its_bound(
    attempt: int, base: float, most: float, chance: float
) -> None:
    delay = Backoff(base_seconds=base, max_seconds=most, chance=lambda: chance).delay_seconds(attempt)
    assert 0 <= delay <= most


def test_delays_double_up_to_the_bound() -> None:
    backoff = Backoff(base_seconds=1, max_seconds=10, chance=lambda: 1.0)
    assert [backoff.delay_seconds(attempt) for attempt in (1, 2, 3, 4, 5, 6)] == [1, 2, 4, 8, 10, 10]


def test_half_of_a_delay_is_chance() -> None:
    backoff = Backoff(base_seconds=8, max_seconds=8, chance=lambda: 0.0)
    assert backoff.delay_seconds(1) == 4
    assert len({Backoff(base_seconds=8, max_seconds=8).delay_seconds(1) for _ in range(20)}) > 1
