"""A rebuild is asked for, and shown until it is live."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledgerboard_cli.operations import Rebuild, Why
from ledgerboard_cli.rebuilding import Rebuilding, progress

WHY = Why("Lost.", "ada")


@dataclass
class MemoryRebuilds:
    """Boards whose rebuild goes one step on at each look. The steps are those of every board."""

    steps: Sequence[Rebuild]
    boards: Sequence[str] = ("race",)
    asked: list[str] = field(default_factory=list)
    looks: dict[str, int] = field(default_factory=dict)

    def rebuild(self, board: str, why: Why) -> Rebuild:
        assert why == WHY
        self.asked.append(board)
        return Rebuild(board=board, generation=2, state="requested")

    def rebuild_all(self, why: Why) -> Sequence[Rebuild]:
        return [self.rebuild(board, why) for board in self.boards]

    def rebuilds(self, board: str | None) -> Sequence[Rebuild]:
        look = self.looks[board or ""] = self.looks.get(board or "", -1) + 1
        return self.steps[look : look + 1]


def step(state: str, folded: int = 0, total: int | None = 100) -> Rebuild:
    return Rebuild(board="race", generation=2, state=state, facts_folded=folded, facts_total=total)


class Terminal:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.drawn: list[str] = []
        self.pauses = 0

    def pause(self) -> None:
        self.pauses += 1


def run(rebuilds: MemoryRebuilds, terminal: Terminal, board: str | None, *, wait: bool = True) -> int:
    return Rebuilding(rebuilds, terminal.said.append, terminal.drawn.append, terminal.pause).run(board, WHY, wait=wait)


def test_it_is_shown_until_it_is_live() -> None:
    terminal = Terminal()
    steps = [step("requested", 0, None), step("building", 50), step("live", 100)]
    assert run(MemoryRebuilds(steps), terminal, "race") == 0
    assert [line.split("]")[1].strip() for line in terminal.drawn] == [
        "requested", "50% 50 of 100 facts", "100 facts, live",
    ]  # fmt: skip
    assert (terminal.said[0], terminal.pauses) == ("race: generation 2 requested", 2)


def test_one_that_was_dropped_is_a_failure() -> None:
    assert run(MemoryRebuilds([step("dropped")]), Terminal(), "race") == 1
    assert run(MemoryRebuilds([]), Terminal(), "race") == 1


def test_all_boards_are_followed_one_after_another() -> None:
    rebuilds = MemoryRebuilds([step("building", 1), step("live", 1)], boards=("a", "b"))
    assert run(rebuilds, Terminal(), None) == 0
    assert (rebuilds.asked, rebuilds.looks) == (["a", "b"], {"a": 1, "b": 1})


def test_without_waiting_nobody_looks() -> None:
    rebuilds = MemoryRebuilds([])
    assert run(rebuilds, Terminal(), "race", wait=False) == 0
    assert rebuilds.looks == {}


def test_facts_that_were_told_late_do_not_overflow_the_bar() -> None:
    assert "100%" in progress(step("building", 120))
