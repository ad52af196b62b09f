"""Ask for rebuilds and show how far they are, until they are live.

The rebuild goes on without anybody looking: who stops looking may look again with the same command.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from ledgerboard_cli.operations import Rebuild, Why

WIDTH: Final = 30


class Rebuilds(Protocol):
    """The gateway's rebuilds."""

    def rebuild(self, board: str, why: Why) -> Rebuild:
        """Ask for one board's."""
        ...

    def rebuild_all(self, why: Why) -> Sequence[Rebuild]:
        """Ask for all boards'."""
        ...

    def rebuilds(self, board: str | None) -> Sequence[Rebuild]:
        """How far they are."""
        ...


class Rebuilding:
    """``say`` prints a line, ``draw`` one that the next one replaces; ``pause`` waits between two looks."""

    def __init__(
        self,
        rebuilds: Rebuilds,
        say: Callable[[str], object],
        draw: Callable[[str], object],
        pause: Callable[[], object],
    ) -> None:
        self._rebuilds = rebuilds
        self._say = say
        self._draw = draw
        self._pause = pause

    def run(self, board: str | None, why: Why, *, wait: bool) -> int:
        """Rebuild a board or all. 0 once each is live (or asked for, without ``wait``); 1 if one was dropped."""
        asked = self._rebuilds.rebuild_all(why) if board is None else [self._rebuilds.rebuild(board, why)]
        for each in asked:
            self._say(f"{each.board}: generation {each.generation} {each.state}")
        return max([self._follow(each) for each in asked], default=0) if wait else 0

    def _follow(self, asked: Rebuild) -> int:
        while True:
            now = self._look(asked)
            self._draw(progress(now))
            if now.is_over:
                self._say("")
                return 0 if now.state == "live" else 1
            self._pause()

    def _look(self, asked: Rebuild) -> Rebuild:
        """A generation that is told no more was live and went again."""
        known = {each.generation: each for each in self._rebuilds.rebuilds(asked.board)}
        return known.get(asked.generation, Rebuild(board=asked.board, generation=asked.generation, state="dropped"))


def progress(rebuild: Rebuild) -> str:
    """One line: the board, a bar, and the numbers."""
    name = f"{rebuild.board} #{rebuild.generation}"
    if rebuild.state == "live":
        return f"{name} [{'#' * WIDTH}] {rebuild.facts_folded:,} facts, live"
    if not rebuild.facts_total:
        return f"{name} [{' ' * WIDTH}] {rebuild.state}"
    share = min(1.0, rebuild.facts_folded / rebuild.facts_total)
    bar = "#" * int(share * WIDTH)
    return f"{name} [{bar:<{WIDTH}}] {share:4.0%} {rebuild.facts_folded:,} of {rebuild.facts_total:,} facts"
