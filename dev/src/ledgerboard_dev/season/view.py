"""The live view: the top of one board after the other, and how the stack is doing. Plain lines where nobody looks."""

import time
from collections.abc import Callable
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ledgerboard_dev.season.api import Api, UnreachableError
from ledgerboard_dev.season.depths import Depths
from ledgerboard_dev.season.players import GAMES, Game
from ledgerboard_dev.season.tally import Tally

_TOP: Final = 10
_BOARD_SECONDS: Final = 6.0
_FRAME_SECONDS: Final = 0.5
_LINE_SECONDS: Final = 5.0


class View:
    """Shows a season while it lasts."""

    def __init__(self, api: Api, tally: Tally, depths: Depths, heading: str) -> None:
        self._api = api
        self._tally = tally
        self._depths = depths
        self._heading = heading
        self._console = Console()

    def show(self, seconds: float) -> None:
        """Show for ``seconds``, live in a terminal and line by line elsewhere."""
        if not self._console.is_terminal:
            _repeat(lambda _: self._print_line(), _LINE_SECONDS, seconds)
            return
        with Live(console=self._console, auto_refresh=False) as live:
            _repeat(lambda passed: live.update(self._frame(passed), refresh=True), _FRAME_SECONDS, seconds)

    def _frame(self, passed_seconds: float) -> Group:
        game = GAMES[int(passed_seconds / _BOARD_SECONDS) % len(GAMES)]
        return Group(_table(game, self._top(game)), Text(self._figures()), Text(self._heading, style="dim"))

    def _print_line(self) -> None:
        leader = next(iter(self._top(GAMES[0])), None)
        leading = f"  {GAMES[0].board}: {leader['player']} {leader['score']:,}" if leader else ""
        print(self._figures() + leading, flush=True)

    def _top(self, game: Game) -> list[dict[str, Any]]:
        try:
            return self._api.top(game.board, _TOP)
        except UnreachableError:
            return []

    def _figures(self) -> str:
        tally, lag = self._tally, self._tally.lag_seconds()
        visible = f"{lag[0] * 1000:.0f} ms (max {lag[1] * 1000:.0f})" if lag else "-"
        queues = " ".join(f"{name} {depth}" for name, depth in self._depths.read().items())
        failures = f"{tally.errors} ({tally.last_error})" if tally.errors else "0"
        return (
            f"{tally.rate():5.0f} scores/s  202s {tally.total:,}  errors {failures}  "
            f"submit to visible {visible}  queues: {queues or '-'}"
        )


def _table(game: Game, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=game.title, title_justify="left", min_width=48)
    table.add_column("#", justify="right")
    table.add_column("player")
    table.add_column("score", justify="right")
    for row in rows:
        table.add_row(str(row["position"]), row["player"], f"{row['score']:,}")
    for _ in range(_TOP - len(rows)):
        table.add_row("", "", "")
    return table


def _repeat(action: Callable[[float], None], every_seconds: float, seconds: float) -> None:
    """Call ``action`` with the seconds that have passed, at once and then steadily, until ``seconds`` are over."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        action(passed)
        time.sleep(max(0.0, min(every_seconds, seconds - (time.monotonic() - began))))
