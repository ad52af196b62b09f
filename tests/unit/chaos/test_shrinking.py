"""Shrinking finds the faults that a failure needs, and leaves out the time that it does not."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chaos.plan import Fault, Plan
from benchmarks.chaos.shrinking import compacted, shortest, up_to


@given(st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size - 1), min_size=1))))
def test_what_is_left_is_just_what_the_failure_needs(case: tuple[int, set[int]]) -> None:
    size, needed = case
    assert set(shortest(range(size), lambda items: needed <= set(items))) == needed


def test_what_no_part_explains_stays_whole() -> None:
    assert list(shortest(range(9), lambda items: len(items) == 9)) == list(range(9))


def test_a_list_is_tried_far_less_often_than_it_has_parts() -> None:
    tried: list[Sequence[int]] = []

    def fails(items: Sequence[int]) -> bool:
        tried.append(items)
        return {3, 250} <= set(items)

    assert list(shortest(range(400), fails)) == [3, 250]
    assert len(tried) < 200


def a_plan(*moments: float) -> Plan:
    faults = tuple(Fault(at, "kill", "ranker", 10.0, 1) for at in moments)
    return Plan(seed=1, seconds=600.0, round_seconds=150.0, rate=1.0, replicas=1, faults=faults)


def test_a_part_is_played_without_the_time_around_it() -> None:
    plan = a_plan(200.0, 230.0)
    short = compacted(plan, plan.faults)
    assert [fault.at for fault in short.faults] == [3.0, 33.0]
    assert short.seconds == short.round_seconds == 48.0


def test_what_happened_after_the_verdict_is_left_out() -> None:
    assert [fault.at for fault in up_to(a_plan(100.0, 200.0, 400.0), 300.0).faults] == [100.0, 200.0]
