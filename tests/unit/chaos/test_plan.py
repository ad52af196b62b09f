"""A plan is made from its seed alone, keeps what excludes itself apart, and can be kept and read again."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos.boards import BoardPlan, seconds_until_played
from benchmarks.chaos.faults.registry import ALL, Allowed, UnknownKindError, aimed, described, named, targets_of
from benchmarks.chaos.kinds import Kind, Steps
from benchmarks.chaos.plan import Fault, Plan, make_faults, read_plan

HOUR = Plan(seed=7, seconds=3600.0, round_seconds=150.0, rate=100.0, replicas=2)


def nothing(_world: Any, _fault: Fault) -> Steps:
    yield 0.0


def a_kind(name: str, **options: Any) -> Kind:
    return Kind(**{"name": name, "does": "", "shows": "", "per_hour": 600.0, "act": nothing, **options})


def faults(*kinds: Kind, plan: Plan = HOUR, targets: tuple[str, ...] = ("a", "b")) -> tuple[Fault, ...]:
    return tuple(make_faults(plan, kinds, kinds, {kind.name: targets for kind in kinds}).faults)


def test_the_same_seed_makes_the_same_plan_and_another_seed_another() -> None:
    kind = a_kind("kill")
    assert faults(kind) == faults(kind)
    assert faults(kind) != faults(kind, plan=replace(HOUR, seed=8))


def test_a_kind_happens_about_as_often_as_its_rate_says() -> None:
    assert 400 < len(faults(a_kind("kill"))) < 800


def test_what_one_kind_does_leaves_the_others_where_they_were() -> None:
    alone = faults(a_kind("kill"))
    beside = faults(a_kind("kill"), a_kind("cut"))
    assert [fault for fault in beside if fault.kind == "kill"] == list(alone)


def test_kinds_that_exclude_one_another_never_overlap() -> None:
    groups = {"flush": "valkey", "cut": "valkey postgres", "restart": "postgres"}
    found = faults(*(a_kind(name, seconds=(5.0, 20.0), excludes=group) for name, group in groups.items()))
    assert {fault.kind for fault in found} == set(groups)
    found = tuple(fault for fault in found if fault.kind != "restart")
    for earlier, later in pairwise(found):
        assert earlier.at + earlier.seconds < later.at


def test_a_target_is_not_struck_twice_by_one_kind_at_once() -> None:
    found = [fault for fault in faults(a_kind("pause", seconds=(30.0, 60.0))) if fault.target == "a"]
    assert len(found) > 10
    for earlier, later in pairwise(found):
        assert earlier.at + earlier.seconds < later.at


def test_no_fault_outlasts_its_round() -> None:
    for fault in faults(a_kind("pause", seconds=(30.0, 60.0))):
        begins = fault.at // HOUR.round_seconds * HOUR.round_seconds
        assert fault.at + fault.seconds <= begins + HOUR.round_seconds + 0.01


def test_few_kinds_happen_more_often_than_among_all() -> None:
    few, all_of_them = [a_kind("kill")], [a_kind(name) for name in ("kill", "cut", "flush")]
    among_all = make_faults(HOUR, few, few, {"kill": ("a",)}).faults
    alone = make_faults(HOUR, few, all_of_them, {"kill": ("a",)}).faults
    assert len(alone) > 2 * len(among_all)


def test_of_all_kinds_each_takes_part_in_some_rounds_only() -> None:
    kinds = [a_kind(f"kind {number}") for number in range(10)]
    plan = make_faults(HOUR, kinds, kinds, {kind.name: ("a",) for kind in kinds})
    taking_part = [{fault.kind for fault in plan.within(*bounds)} for bounds in plan.rounds]
    assert all(0 < len(names) < 10 for names in taking_part)
    assert set.union(*taking_part) == {kind.name for kind in kinds}


def test_in_a_single_round_all_kinds_take_part() -> None:
    kinds = [a_kind(f"kind {number}") for number in range(10)]
    plan = replace(HOUR, seconds=60.0, round_seconds=60.0)
    found = make_faults(plan, kinds, kinds, {kind.name: ("a",) for kind in kinds}).faults
    assert {fault.kind for fault in found} == {kind.name for kind in kinds}


def test_an_hour_of_all_kinds_holds_a_thousand_faults() -> None:
    kinds = [kind for kind in ALL.values() if not Allowed(mount=True).lacks(kind, is_named=False)]
    found = make_faults(HOUR, kinds, kinds, {kind.name: ("a", "b", "c", "d", "e", "f") for kind in kinds}).faults
    assert len(found) >= 1_000
    assert {fault.kind for fault in found} == {kind.name for kind in kinds}


def test_a_plan_that_is_kept_is_read_again(tmp_path: Path) -> None:
    plan = make_faults(HOUR, [a_kind("kill")], [a_kind("kill")], {"kill": ("a",)})
    plan.write(tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == plan


def test_rounds_cover_the_run_and_hold_each_fault_once() -> None:
    plan = replace(HOUR, seconds=400.0, faults=tuple(Fault(float(at), "kill", "", 0.0, at) for at in range(400)))
    assert list(plan.rounds) == [(0.0, 150.0), (150.0, 300.0), (300.0, 400.0)]
    assert [fault for bounds in plan.rounds for fault in plan.within(*bounds)] == list(plan.faults)


def test_a_kind_of_which_something_is_missing_is_left_out() -> None:
    assert Allowed(mount=False).lacks(ALL["disk-full"], is_named=True)
    assert not Allowed(mount=True).lacks(ALL["disk-full"], is_named=False)
    assert Allowed(cluster=True).lacks(ALL["fail-over"], is_named=True)
    assert Allowed().lacks(ALL["slots"], is_named=True)
    assert Allowed().lacks(ALL["other-server"], is_named=False)
    assert not Allowed().lacks(ALL["other-server"], is_named=True)


def test_a_kind_that_nobody_knows_is_told() -> None:
    with pytest.raises(UnknownKindError, match="earthquake"):
        named("kill,earthquake")


def test_a_kind_can_be_aimed() -> None:
    patterns = named("kill, slow@ranker*/postgres")
    known = targets_of(ALL.values(), ["ranker", "ranker-2", "ingest"], {})
    targets = aimed({name: known[name] for name in patterns}, patterns)
    assert targets == {"kill": ["ranker", "ranker-2", "ingest"], "slow": ["ranker/postgres", "ranker-2/postgres"]}
    with pytest.raises(UnknownKindError, match="nothing to aim at: kill@gateway"):
        aimed({"kill": known["kill"]}, named("kill@gateway"))


def test_no_link_is_struck_that_nobody_uses() -> None:
    known = targets_of([ALL["slow"]], ["ingest", "ranker"], {})["slow"]
    assert "ingest/valkey" not in known
    assert {"ingest/sqs", "ranker/valkey", "*/postgres"} <= set(known)


def test_every_kind_is_described() -> None:
    assert all(name in described() and kind.does and kind.shows for name, kind in ALL.items())


def test_every_kind_is_told_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "proof.md").read_text()
    missing = [name for name, kind in ALL.items() if f"| `{name}` | {kind.does}" not in text or kind.shows not in text]
    assert not missing


def test_it_is_known_when_a_board_that_rests_is_played_again() -> None:
    boards = [BoardPlan(options={}), BoardPlan(options={}, rests=20), BoardPlan(options={}, rests=100)]
    assert seconds_until_played(boards, 5.0) == 15.0
    assert seconds_until_played(boards, 21.0) == 79.0
    assert seconds_until_played(boards, 110.0) == 30.0
    assert boards[1].is_played(110.0 + 30.0)
