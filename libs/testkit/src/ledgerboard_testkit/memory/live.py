"""The facts of live boards in memory, and which generation of each is live."""

from ledgerboard_boards import MovedError, ViewExpiredError
from ledgerboard_contracts import FIRST_GENERATION, BoardOptions, Fact, Standing, View
from ledgerboard_testkit.memory.dependency import Dependency, FixedClock
from ledgerboard_testkit.rankings import expected_standings


class LiveFacts(Dependency):
    """A board is live in its first generation from its first fact on, until another generation goes live."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock
        self._facts: dict[str, list[Fact]] = {}
        self._live: dict[str, int] = {}

    def add(self, board: str, *facts: Fact) -> None:
        """Let these facts count."""
        self._facts.setdefault(board, []).extend(facts)
        self._live.setdefault(board, FIRST_GENERATION)

    def move(self, board: str, generation: int, *facts: Fact) -> None:
        """Let another generation go live, made of these facts."""
        self._facts[board], self._live[board] = list(facts), generation

    def _fold(self, view: View, options: BoardOptions) -> tuple[Standing, ...]:
        """The whole view, unless it is not to be read."""
        self.answer()
        if view.generation != self._live.get(view.board, 0):
            raise MovedError(view)
        if view.span.expires_at is not None and view.span.expires_at <= self._clock.now():
            raise ViewExpiredError(view)
        return expected_standings(self._facts.get(view.board, ()), options, View(view.board, view.span, view.scope))
