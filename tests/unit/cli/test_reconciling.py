"""A comparison is asked for, shown until it is over, and its exit code says whether the boards were proved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from ledgerboard_cli.__main__ import main
from ledgerboard_cli.comparisons import FoundDifference, Reconciliation
from ledgerboard_cli.reconciling import Reconciling, progress

ASKED = Reconciliation(reconciliation_id="7", board="race", state="requested")
DONE = msgspec.structs.replace(ASKED, state="finished", proved=True, boards=1, views=4, views_compared=4)


@dataclass
class MemoryReconciliations:
    """One comparison, which goes one step on at each look."""

    steps: Iterator[Reconciliation]
    asked: list[str | None] = field(default_factory=list)

    def reconcile(self, board: str | None) -> Reconciliation:
        self.asked.append(board)
        return ASKED

    def reconciliation(self, reconciliation_id: str) -> Reconciliation:
        assert reconciliation_id == "7"
        return next(self.steps)


class Terminal:
    def __init__(self, steps: Sequence[Reconciliation]) -> None:
        self.said: list[str] = []
        self.drawn: list[str] = []
        self.pauses = 0
        self.gateway = MemoryReconciliations(iter(steps))
        self.reconciling = Reconciling(self.gateway, self.said.append, self.drawn.append, self.pause)

    def pause(self) -> None:
        self.pauses += 1


def step(**changes: Any) -> Reconciliation:
    return msgspec.structs.replace(DONE, **{"state": "running", "proved": None, **changes})


def test_it_is_shown_until_it_is_over() -> None:
    steps = [ASKED, step(views_compared=2), step(suspicions=3), step(stalled=True), DONE]
    terminal = Terminal(steps)
    assert terminal.reconciling.run("race", wait=True) == 0
    assert [line.split("]")[1].strip() for line in terminal.drawn] == [
        "requested",
        "50% 2 of 4 views",
        "100% 4 of 4 views, 3 looked at again",
        "100% 4 of 4 views, its worker is gone and another will go on",
        "4 views, 0 differences, finished",
    ]
    assert (terminal.said[0], terminal.pauses) == ("race: comparison 7 requested", 4)


def test_of_many_boards_the_boards_are_counted() -> None:
    told = progress(step(board=None, boards=4, boards_compared=1, views=12, views_compared=9))
    assert told == f"all boards [{'#' * 7:<30}]  25% board 2 of 4, 9 of 12 views"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"differences": 1}, "and 1 differences more"),
        ({"unsettled": 2}, "2 entries kept changing, or messages were under way: not judged"),
        ({"boards_unread": 1}, "1 boards are being drawn from the ledger"),
        ({"state": "failed", "proved": None, "failure": "Redis is down"}, "Redis is down"),
    ],
)
def test_whatever_is_not_proved_ends_with_1_and_says_why(changes: dict[str, Any], words: str) -> None:
    terminal = Terminal([msgspec.structs.replace(DONE, **{"proved": False, **changes})])
    assert terminal.reconciling.run(None, wait=True) == 1
    assert any(line.startswith(words) for line in terminal.said)


def test_differences_are_told_with_their_player() -> None:
    first = (
        FoundDifference(board="race", view="all:board", kind="missing", player="ann", detail="has nothing"),
        FoundDifference(board="race", view="all:board", kind="top", detail="it differs"),
    )
    terminal = Terminal([msgspec.structs.replace(DONE, proved=False, differences=5, first=first)])
    assert terminal.reconciling.follow("7") == 1
    assert terminal.said[1:] == [
        "race all:board: missing: 'ann' has nothing",
        "race all:board: top: it differs",
        "and 3 differences more",
    ]


def test_without_waiting_nobody_looks() -> None:
    terminal = Terminal([])
    assert terminal.reconciling.run(None, wait=False) == 0
    assert terminal.gateway.asked == [None]


@pytest.mark.parametrize("arguments", [["race", "--id", "7"], ["race", "golf"], ["--nonsense"]])
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["reconcile", *arguments])
    assert left.value.code == 2
    assert "usage: ledgerboard" in capsys.readouterr().err
