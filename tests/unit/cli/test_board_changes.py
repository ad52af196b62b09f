"""The plan is shown first; what follows is all of it or nothing, and doing it again does nothing."""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_cli.board_changes import BoardChanges, Result
from ledgerboard_contracts import BoardDefinition, BoardOptions, Policy

BEST = BoardOptions()
TITLED = BoardOptions(title="Laps")
TOTAL = BoardOptions(policy=Policy.TOTAL)


@dataclass
class MemoryBoards:
    """The gateway's rules, in memory. ``defined`` notes each write."""

    known: dict[str, BoardDefinition] = field(default_factory=dict)
    defined: list[str] = field(default_factory=list)

    def current(self, board: str) -> BoardDefinition | None:
        return self.known.get(board)

    def define(self, board: str, options: BoardOptions) -> BoardDefinition:
        self.defined.append(board)
        old = self.known.get(board)
        self.known[board] = BoardDefinition(board=board, version=old.version + 1 if old else 1, options=options)
        return self.known[board]


@dataclass
class Terminal:
    """What was printed, and what the operator answers. ``asked_after`` is what they had read by then."""

    agrees: bool
    lines: list[str] = field(default_factory=list)
    asked_after: list[str] | None = None

    def agree(self) -> bool:
        self.asked_after = list(self.lines)
        return self.agrees


def boards(**options: BoardOptions) -> MemoryBoards:
    return MemoryBoards({name: BoardDefinition(board=name, version=1, options=each) for name, each in options.items()})


def apply(known: MemoryBoards, terminal: Terminal, **wanted: BoardOptions) -> Result:
    return BoardChanges(known, terminal.lines.append, terminal.agree).apply(wanted)


def test_the_plan_tells_what_each_board_gets_before_anybody_is_asked() -> None:
    known, terminal = boards(same=BEST, other=BEST), Terminal(agrees=True)
    assert apply(known, terminal, fresh=TITLED, other=TITLED, same=BEST) is Result.DONE
    assert terminal.asked_after == [
        "  create   fresh",
        '             title: "Laps"',
        "  change   other",
        '             title: "" -> "Laps"',
        "  same     same",
        "1 create, 1 change, 1 same, 0 rebuild",
    ]
    assert terminal.lines[-2:] == ["  applied  fresh, version 1", "  applied  other, version 2"]
    assert known.defined == ["fresh", "other"]


def test_nothing_is_done_without_consent() -> None:
    known, terminal = boards(), Terminal(agrees=False)
    assert apply(known, terminal, fresh=BEST) is Result.PENDING
    assert known.defined == []


def test_a_board_that_is_to_rank_otherwise_is_defined_and_its_rebuild_is_told() -> None:
    known, terminal = boards(laps=BEST), Terminal(agrees=True)
    assert apply(known, terminal, fresh=BEST, laps=TOTAL) is Result.DONE
    assert "  rebuild  laps" in terminal.lines
    assert '             policy: "best" -> "total"' in terminal.lines
    assert known.defined == ["fresh", "laps"]


_options = st.builds(
    lambda title, low: replace(BEST, title=title, min_score=low), st.sampled_from(["", "a"]), st.integers(-1, 1)
)
_files = st.dictionaries(st.sampled_from("abcd"), _options, min_size=1)


@given(_files, _files)
def test_applying_makes_the_boards_as_the_file_says_and_applying_again_does_nothing(
    before: dict[str, BoardOptions], wanted: dict[str, BoardOptions]
) -> None:
    known = boards(**before)
    assert apply(known, Terminal(agrees=True), **wanted) is Result.DONE
    assert {name: known.known[name].options for name in wanted} == wanted
    assert {name: known.known[name].options for name in before if name not in wanted} == {
        name: options for name, options in before.items() if name not in wanted
    }
    known.defined.clear()
    again = Terminal(agrees=False)
    assert apply(known, again, **wanted) is Result.DONE
    assert again.asked_after is None
    assert known.defined == []
