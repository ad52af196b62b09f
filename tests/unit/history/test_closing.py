"""Periods close in the order of their ends, each once, and none before what belongs to it had time to arrive."""

from datetime import UTC, datetime, timedelta

from ledgerboard_contracts import BoardDefinition, BoardOptions, Season
from ledgerboard_history.closing import ClosePeriods, CountLateFacts, Road
from tests.unit.history.closings import MemoryClosings, MemoryDefinitions

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
SETTLING = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment


def board(name: str, *ends: timedelta) -> BoardDefinition:
    seasons = tuple(Season(key=f"s{end // HOUR}", start=START - HOUR, end=START + end) for end in ends)
    return BoardDefinition(board=name, version=1, options=BoardOptions(seasons=seasons))


class Scene:
    """Boards that were made at `START`, a clock, and a road that is clear or not."""

    def __init__(self, *boards: BoardDefinition) -> None:
        self.closings, self.clock, self.depth = MemoryClosings(START), Clock(START), 0
        road = Road(self.closings, lambda: self.depth)
        self.job = ClosePeriods(MemoryDefinitions(*boards), self.closings, road, self.clock, settling=SETTLING, depth=7)

    def run(self, after: timedelta) -> list[tuple[str, str]]:
        """What a run so long after the start closes."""
        self.clock.moment = START + after
        before = len(self.closings.made)
        self.job.run()
        return [made[:2] for made in self.closings.made[before:]]


def test_a_season_closes_when_the_settling_time_has_passed() -> None:
    scene = Scene(board("race", HOUR))
    assert scene.run(HOUR + SETTLING - timedelta(microseconds=1)) == []
    assert scene.run(HOUR + SETTLING) == [("race", "season:s1")]
    assert scene.run(HOUR + SETTLING) == []


def test_the_periods_of_all_boards_close_in_the_order_of_their_ends() -> None:
    scene = Scene(board("a", 3 * HOUR, 1 * HOUR), board("b", 2 * HOUR, 12 * HOUR))
    assert scene.run(13 * HOUR) == [
        ("a", "season:s1"), ("b", "season:s2"), ("a", "season:s3"),
        ("a", "2026-11-21"), ("b", "2026-11-21"), ("b", "season:s12"),
    ]  # fmt: skip


def test_days_weeks_and_months_keep_their_first_places_and_seasons_all() -> None:
    scene = Scene(board("race", HOUR))
    scene.run(timedelta(days=10))
    kept = {key: depth for _, key, depth in scene.closings.made}
    assert kept["season:s1"] is None
    assert {kept["2026-11-21"], kept["2026-W47"], kept["2026-11"]} == {7}
    assert len(kept) == 1 + 10 + 2 + 1


def test_nothing_closes_while_its_facts_may_be_under_way() -> None:
    scene = Scene(board("race", HOUR))
    scene.depth = 1
    assert scene.run(2 * HOUR) == []
    scene.closings.newest = START + HOUR
    assert scene.run(2 * HOUR) == []
    scene.closings.newest = START + HOUR + timedelta(minutes=1)
    assert scene.run(2 * HOUR) == [("race", "season:s1")]


def test_an_empty_road_is_clear_though_nothing_younger_arrived() -> None:
    assert Scene(board("race", HOUR)).run(2 * HOUR) == [("race", "season:s1")]


def test_what_waits_holds_up_what_ended_later_and_is_looked_for_again() -> None:
    scene = Scene(board("race"), board("rally", timedelta(days=3)))
    scene.depth, scene.closings.newest = 1, START + timedelta(hours=13)
    assert scene.run(timedelta(days=2)) == [("race", "2026-11-21"), ("rally", "2026-11-21")]
    assert scene.closings.until == {}
    waiting = scene.job.waiting()
    assert (waiting.periods, waiting.oldest_end) == (6, START + timedelta(hours=12))
    scene.depth = 0
    assert scene.run(timedelta(days=2)) == [("race", "2026-11-22"), ("race", "2026-W47"), ("rally", "2026-11-22"),
                                            ("rally", "2026-W47")]  # fmt: skip
    assert set(scene.closings.until.values()) == {START + timedelta(days=2) - SETTLING}


def test_a_day_that_nobody_played_does_not_close_and_an_empty_season_does() -> None:
    scene = Scene(board("race", HOUR))
    scene.closings.played = False
    assert scene.run(timedelta(days=40)) == [("race", "season:s1")]


def test_a_season_that_is_defined_after_its_end_closes_too() -> None:
    scene = Scene(board("race"))
    scene.run(timedelta(days=2))
    late = ClosePeriods(
        MemoryDefinitions(board("race", HOUR)),
        scene.closings,
        Road(scene.closings, lambda: 0),
        scene.clock,
        settling=SETTLING,
        depth=7,
    )
    assert late.run() == {"closed": 1, "waiting": 0}


def test_late_facts_are_counted_as_long_as_a_queue_may_hold_one() -> None:
    assert CountLateFacts(MemoryClosings(START), Clock(START)).run() == 3
