"""A period closes once, with the ranks that the ledger had."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import Order, Period, Policy, span_containing
from ledgerboard_ledger import Closings, OtherServerError, SqlFold
from ledgerboard_testkit.events import NOON, event_id, fact
from tests.integration.ledger.closing_scene import DAYS, SEASON, SKEW, START, Scene, season
from tests.integration.ledger.elsewhere import record_elsewhere


@pytest.fixture
def scene(engine: Engine) -> Scene:
    return Scene(engine)


def test_the_final_ranks_are_those_of_the_ledger(scene: Scene) -> None:
    definition = scene.board(order=Order.ASC)
    scene.play(definition, fact("ada", 30), fact("bob", 20), fact("ada", 10), fact("eve", 20))
    scene.play(definition, fact("late", 1, at=SEASON.end), fact("early", 1, at=START - timedelta(seconds=1)))
    number = scene.closings.close(definition, season(definition))
    assert number is not None
    found = [(each.rank, each.player, each.score) for each in scene.finals.page(number, None, 10)]
    assert found == [(0, "ada", 10), (1, "bob", 20), (2, "eve", 20)]
    assert [each.player for each in scene.finals.page(number, 0, 1)] == ["bob"]
    eve = scene.finals.standing(number, "eve")
    assert eve is not None
    assert (eve.position, eve.achieved_at) == (3, NOON)
    assert scene.finals.standing(number, "late") is None
    closed = scene.finals.closing(definition.board, Period.SEASON, "autumn")
    assert closed is not None
    assert (closed.number, closed.entries, closed.ends_at, closed.late_facts) == (number, 3, SEASON.end, 0)
    assert scene.finals.seasons(definition.board) == [closed]


def test_a_sum_beyond_64_bits_is_kept_exactly(scene: Scene) -> None:
    definition = scene.board(policy=Policy.TOTAL)
    scene.play(definition, *(fact("ada", 2**53 - 1) for _ in range(1_100)))
    number = scene.closings.close(definition, season(definition))
    assert number is not None
    assert [each.score for each in scene.finals.page(number, None, 2)] == [1_100 * (2**53 - 1)]


def test_many_who_close_a_period_at_once_close_it_once(scene: Scene) -> None:
    definition = scene.board()
    scene.play(definition, fact("ada"))
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: scene.closings.close(definition, season(definition)), range(6)))
    assert len([number for number in made if number is not None]) == 1
    assert len(scene.finals.seasons(definition.board)) == 1


def test_a_closing_that_fails_half_way_leaves_nothing(scene: Scene) -> None:
    definition = scene.board()
    scene.play(definition, fact("ada"))

    class Broken(SqlFold):
        def rows(self, *arguments: object, **options: object):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- as the base has it
            yield from super().rows(*arguments, **options)  # type: ignore[arg-type]  # Handed on.
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        Closings(scene.engine, Broken(scene.engine)).close(definition, season(definition))
    assert scene.finals.seasons(definition.board) == []
    assert Closings(scene.engine, SqlFold(scene.engine)).close(definition, season(definition)) is not None


def test_a_fact_that_comes_late_is_told_of_and_changes_no_rank(scene: Scene) -> None:
    definition = scene.board()
    scene.play(definition, fact("ada", 1))
    number = scene.closings.close(definition, season(definition))
    assert number is not None
    recently = datetime.now(UTC) - timedelta(minutes=5)
    scene.closings.count_late(recently, DAYS * 10_000, SKEW)
    assert scene.finals.seasons(definition.board)[0].late_facts == 0
    scene.play(definition, fact("bob", 9), fact("eve", 9, at=SEASON.end))
    assert scene.closings.count_late(recently, DAYS * 10_000, SKEW) >= 1
    assert scene.finals.seasons(definition.board)[0].late_facts == 1
    assert [each.player for each in scene.finals.page(number, None, 10)] == ["ada"]


def test_a_period_with_facts_that_another_server_recorded_stays_open(scene: Scene) -> None:
    definition, other = scene.board(), scene.board()
    scene.play(definition, fact("ada", 1))
    record_elsewhere(scene.engine, definition.board, "bob", event_id(NOON), score=9)
    with pytest.raises(OtherServerError, match=definition.board):
        scene.closings.close(definition, season(definition))
    assert scene.finals.seasons(definition.board) == []
    record_elsewhere(scene.engine, other.board, "bob", event_id(SEASON.end))
    assert scene.closings.close(other, season(other)) is not None


def test_an_empty_season_closes_and_an_empty_day_does_not(scene: Scene) -> None:
    definition = scene.board()
    assert scene.closings.close(definition, span_containing(Period.DAY, NOON)) is None
    assert scene.finals.closing(definition.board, Period.DAY, "2026-11-21") is None
    assert scene.closings.close(definition, season(definition)) is not None
    assert scene.closings.closed(definition.board) == {("season", "autumn")}


def test_a_day_keeps_its_first_places(scene: Scene) -> None:
    definition = scene.board()
    scene.play(definition, *(fact(f"p{score}", score) for score in range(5)))
    number = scene.closings.close(definition, span_containing(Period.DAY, NOON), depth=2)
    assert number is not None
    assert [each.player for each in scene.finals.page(number, None, 10)] == ["p4", "p3"]
