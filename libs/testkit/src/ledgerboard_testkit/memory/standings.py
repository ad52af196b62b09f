"""Live boards in memory."""

import msgspec

from ledgerboard_boards import CachedTop, ViewExpiredError
from ledgerboard_contracts import TOP_N, BoardOptions, Fact, Standing, StandingsPage, View
from ledgerboard_testkit.memory.dependency import Dependency, FixedClock
from ledgerboard_testkit.plays import best_standings


class MemoryStandings(Dependency):
    """Live boards that fold their facts anew for every read."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock
        self._facts: dict[str, list[Fact]] = {}
        self._tops: dict[View, tuple[int, bytes]] = {}

    def add(self, board: str, *facts: Fact) -> None:
        """Let these facts count."""
        self._facts.setdefault(board, []).extend(facts)

    def page(self, view: View, options: BoardOptions, start: int, stop: int) -> StandingsPage:
        """Consecutive standings, half-open."""
        if start < 0:
            raise ValueError(f"start must not be negative: {start}")
        everyone = self._fold(view, options)
        return StandingsPage(standings=everyone[start : max(start, stop)], total=len(everyone))

    def standing(self, view: View, options: BoardOptions, player: str) -> Standing | None:
        """One player's place, or None."""
        return next((each for each in self._fold(view, options) if each.player == player), None)

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The first places, rendered."""
        everyone = self._fold(view, options)
        body = msgspec.json.encode(everyone[:TOP_N])
        version, known = self._tops.get(view, (0, b"[]"))
        self._tops[view] = (version if body == known else version + 1, body)
        return CachedTop(version=self._tops[view][0], body=body, total=len(everyone))

    def _fold(self, view: View, options: BoardOptions) -> tuple[Standing, ...]:
        self.answer()
        if view.span.expires_at is not None and view.span.expires_at <= self._clock.now():
            raise ViewExpiredError(view)
        return best_standings(self._facts.get(view.board, ()), options.order, view.span)
