"""Each edge of the rules that suspect plays, one at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import AttemptPeriod, BoardOptions, Fact, MaxAttempts, MaxGain
from ledgerboard_ledger import LedgerWriter, PostgresDefinitions, PostgresSuspicions
from ledgerboard_testkit.events import envelope, fact

GAIN = MaxGain(score=50, seconds=60)
ONCE_AN_HOUR = MaxAttempts(plays=1, period=AttemptPeriod.HOUR)
ONCE_A_DAY = MaxAttempts(plays=1, period=AttemptPeriod.DAY)


class Board:
    """One board, on which a test plays."""

    def __init__(self, engine: Engine) -> None:
        self.name = f"board-{uuid4().hex[:12]}"
        self._engine, self._suspicions = engine, PostgresSuspicions(engine)

    def play(self, options: BoardOptions, *plays: Fact) -> None:
        version = PostgresDefinitions(self._engine).define(self.name, options)[0].version
        sent = [envelope(*plays, board=self.name, board_version=version)]
        LedgerWriter(self._engine).append(sent, [])
        self._suspicions.look(sent)

    @property
    def suspects(self) -> Mapping[str, list[str]]:
        with self._engine.connect() as connection:
            asked = text("SELECT event_id::text, rules FROM reviews WHERE board = :board")
            return {row.event_id: row.rules for row in connection.execute(asked, {"board": self.name})}


@pytest.fixture
def board(engine: Engine) -> Board:
    return Board(engine)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("rule", "zone", "first", "second", "is_suspect"),
    [
        (ONCE_AN_HOUR, "UTC", "2026-11-21T11:20:00Z", "2026-11-21T11:40:00Z", True),
        (ONCE_AN_HOUR, "Asia/Kolkata", "2026-11-21T11:20:00Z", "2026-11-21T11:40:00Z", False),
        (ONCE_A_DAY, "Europe/Paris", "2026-11-20T23:30:00Z", "2026-11-21T22:30:00Z", True),
        (ONCE_A_DAY, "Europe/Paris", "2026-11-21T22:59:59.999Z", "2026-11-21T23:00:00Z", False),
        (ONCE_A_DAY, "Europe/Paris", "2026-10-24T22:00:00Z", "2026-10-25T22:59:00Z", True),
    ],
)
def test_attempts_are_counted_by_the_boards_time_zone(
    board: Board, rule: MaxAttempts, zone: str, first: str, second: str, *, is_suspect: bool
) -> None:
    plays = [fact("ada", 1, at=at(each)) for each in (first, second)]
    board.play(BoardOptions(max_attempts=rule, time_zone=zone), *plays)
    assert board.suspects == ({str(plays[1].event_id): ["max_attempts"]} if is_suspect else {})


@pytest.mark.parametrize(("seconds", "gain", "is_suspect"), [(60, 51, True), (60, 50, False), (60.001, 51, False)])
def test_the_edges_of_a_gain_belong_to_it(board: Board, seconds: float, gain: int, *, is_suspect: bool) -> None:
    low = fact("ada", 7, at=at("2026-11-21T12:00:00Z"))
    high = fact("ada", 7 + gain, at=low.occurred_at + timedelta(seconds=seconds))
    board.play(BoardOptions(max_gain=GAIN), low, high)
    assert bool(board.suspects) is is_suspect


def test_rules_that_are_found_later_join_those_that_were_found(board: Board) -> None:
    options = BoardOptions(max_gain=GAIN, max_attempts=ONCE_AN_HOUR)
    long_before, before, play = (
        fact("ada", score, at=at(f"2026-11-21T12:{minute}:00Z"))
        for score, minute in ((90, "01"), (1, "30"), (99, "30"))
    )
    board.play(options, play)
    board.play(options, long_before)
    assert board.suspects == {str(play.event_id): ["max_attempts"]}
    board.play(options, before)
    assert board.suspects[str(play.event_id)] == ["max_attempts", "max_gain"]


@pytest.mark.parametrize("ruled", [BoardOptions(max_gain=GAIN), BoardOptions(max_attempts=ONCE_AN_HOUR)])
def test_a_play_of_a_version_without_the_rule_is_neither_suspect_nor_compared_with(
    board: Board, ruled: BoardOptions
) -> None:
    first, second, third, fourth = (fact("ada", score) for score in (1, 90, 99, 200))
    board.play(BoardOptions(), first)
    board.play(ruled, second)
    board.play(BoardOptions(), third)
    assert board.suspects == {}
    board.play(ruled, fourth)
    assert board.suspects.keys() == {str(fourth.event_id)}


def test_a_week_that_came_first_is_reached(board: Board) -> None:
    options = BoardOptions(max_attempts=MaxAttempts(plays=1, period=AttemptPeriod.WEEK))
    sunday, monday = (fact("ada", 1, at=at(f"2026-11-{day}:00Z")) for day in ("22T23:59", "16T00:00"))
    board.play(options, sunday)
    board.play(options, monday)
    assert board.suspects == {str(sunday.event_id): ["max_attempts"]}
