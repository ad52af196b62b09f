"""The verdict on a run of chaos finds each kind of fault, and none where there is none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.chaos.ledger import Ledger, Row, fold
from benchmarks.chaos.record import Accepted, Record
from benchmarks.chaos.traffic import BOARDS
from benchmarks.chaos.verdict import judge
from ledgerboard_dev.season.api import Api

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAYERS = ("ada", "bob", "cy")


class ShownBoards(Api):
    """A gateway that shows what it is told to."""

    def __init__(self, ledger: Ledger) -> None:
        self.shown = {
            board: fold((row for row in ledger.counting if row.board == board), options)
            for board, options in BOARDS.items()
        }

    def standings(self, board: str) -> list[dict[str, Any]]:
        return [{"player": player, "score": score} for player, score in self.shown[board]]


def a_row(serial: int) -> Row:
    board = tuple(BOARDS)[serial % len(BOARDS)]
    player = PLAYERS[serial // len(BOARDS) % len(PLAYERS)]
    return Row(f"event-{serial:04}", board, player, serial * 7 % 50, NOON + timedelta(seconds=serial), serial)


@pytest.fixture
def ledger() -> Ledger:
    rows = tuple(a_row(serial) for serial in range(1, 91))
    return Ledger(rows, frozenset({"c-1"}), frozenset({"event-0001", "event-0008"}), frozenset({"cy"}))


@pytest.fixture
def record(ledger: Ledger) -> Record:
    made = Record()
    made.accept(
        [
            Accepted(event_id=row.event_id, serial=row.serial, board=row.board, player=row.player, score=row.score)
            for row in ledger.rows
        ]
    )
    made.correct("c-1", "void event-0001")
    return made


def faults(record: Record, ledger: Ledger, api: Api) -> str:
    return "; ".join(judge(record, ledger, api).faults)


def test_an_exact_run_has_no_fault(record: Record, ledger: Ledger) -> None:
    assert judge(record, ledger, ShownBoards(ledger)).exact


def test_a_fact_whose_request_was_never_answered_is_none(record: Record, ledger: Ledger) -> None:
    del record.accepted[7]
    record.leave_open([7])
    assert judge(record, ledger, ShownBoards(ledger)).exact


def test_each_fault_is_found_by_its_kind(record: Record, ledger: Ledger) -> None:
    api = ShownBoards(ledger)
    lost = replace(ledger, rows=ledger.rows[1:])
    assert "accepted scores are not in the ledger" in faults(record, lost, ShownBoards(lost))
    twice = replace(ledger, rows=(*ledger.rows, replace(ledger.rows[0], event_id="event-9999")))
    assert "more than once" in faults(record, twice, ShownBoards(twice))
    del record.accepted[3]
    assert "never accepted" in faults(record, ledger, api)
    record.correct("c-2", "ban bob")
    assert "corrections are not in the ledger" in faults(record, ledger, api)


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_that_differs_is_found(record: Record, ledger: Ledger, board: str) -> None:
    for differing in (lambda places: places[1:], lambda places: places[::-1], lambda places: [*places, places[0]]):
        api = ShownBoards(ledger)
        api.shown[board] = differing(api.shown[board])
        assert board in faults(record, ledger, api)


def test_what_is_voided_or_of_a_banned_player_counts_nowhere(ledger: Ledger) -> None:
    counting = list(ledger.counting)
    assert {row.event_id for row in counting}.isdisjoint(ledger.voided)
    assert "cy" not in {row.player for row in counting}
    assert len(counting) < len(ledger.rows)


def test_a_total_is_reached_by_the_last_play_that_changed_it() -> None:
    plays = [("ada", 5, 1), ("bob", 5, 2), ("ada", 0, 3), ("cy", 0, 5), ("dee", 0, 4), ("dee", 0, 6)]
    rows = [Row(f"e{at}", "b", who, score, NOON + timedelta(seconds=at), at) for who, score, at in plays]
    assert [player for player, _ in fold(rows, {"policy": "total"})] == ["ada", "bob", "dee", "cy"]
