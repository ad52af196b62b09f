"""Live boards that move, get lost and go down, and the ledger's fold of the same facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ledgerboard_boards import CachedTop, Live
from ledgerboard_contracts import FIRST_GENERATION, BoardOptions, Fact, Standing, View
from ledgerboard_testkit.memory import Dependency, FixedClock, MemoryStandings


@dataclass(frozen=True)
class Row:
    """A generation on record."""

    number: int
    board_version: int


class MemoryGenerations(Dependency):
    """The record of generations. A board has its first one from its first fact on."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Row] = {}
        self.asked = 0

    def live(self, board: str) -> Row | None:
        self.asked += 1
        self.answer()
        return self.rows.get(board)

    def list(self, board: str, _limit: int) -> Sequence[Row]:
        found = self.live(board)
        return [] if found is None else [found]


class MemoryBoards(MemoryStandings):
    """As `RedisStandings` and `BoardStates`."""

    def __init__(self, clock: FixedClock, generations: MemoryGenerations) -> None:
        super().__init__(clock)
        self.states: dict[str, Row] = {}
        self.asked_for_lives = 0
        self._generations = generations
        self._moves: list[str] = []

    def add(self, board: str, *facts: Fact) -> None:
        """Let these facts count."""
        if board not in self._generations.rows:
            self.go_live(board, FIRST_GENERATION, 1)
        super().add(board, *facts)

    def go_live(self, board: str, generation: int, version: int) -> None:
        """Let another generation of the same facts go live."""
        self._live[board] = generation
        self.states[board] = self._generations.rows[board] = Row(generation, version)

    def lose(self, board: str) -> None:
        """Forget the board, as FLUSHALL does."""
        del self.states[board], self._live[board]

    def keep_moving(self, board: str, times: int) -> None:
        """Let another generation go live just before each of the next reads."""
        self._moves = [board] * times

    def lives(self, board: str) -> Live | None:
        self.asked_for_lives += 1
        self.answer()
        row = self.states.get(board)
        return None if row is None else Live(row.number, row.board_version)

    def _fold(self, view: View, options: BoardOptions) -> tuple[Standing, ...]:
        if self._moves:
            row = self.states[board := self._moves.pop()]
            self.go_live(board, row.number + 1, row.board_version)
        return super()._fold(view, options)


class MemoryFold(MemoryStandings):
    """As `LedgerStandings`: the same facts, and no view ever expires."""

    def __init__(self, boards: MemoryBoards) -> None:
        super().__init__(FixedClock(datetime.min.replace(tzinfo=UTC)))
        self._facts = boards._facts  # noqa: SLF001 -- one list of facts, folded twice.

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        raise AssertionError(f"the ledger renders no tops: {view} {options}")

    def _fold(self, view: View, options: BoardOptions) -> tuple[Standing, ...]:
        self._live[view.board] = view.generation  # Generations are nothing to the ledger.
        return super()._fold(view, options)
