"""Ask for a comparison of boards with the ledger, show how far it is, and tell what differs.

The comparison goes on without anybody looking: its id shows it again.
"""

from collections.abc import Callable
from typing import Final, Protocol

from ledgerboard_cli.comparisons import Reconciliation
from ledgerboard_cli.rebuilding import WIDTH

EXIT_PROVED: Final = 0
EXIT_NOT_PROVED: Final = 1


class Reconciliations(Protocol):
    """The gateway's comparisons."""

    def reconcile(self, board: str | None) -> Reconciliation:
        """Ask for that of a board, or of all."""
        ...

    def reconciliation(self, reconciliation_id: str) -> Reconciliation:
        """How far it is, and what came out."""
        ...


class Reconciling:
    """``say`` prints a line, ``draw`` one that the next one replaces; ``pause`` waits between two looks."""

    def __init__(
        self,
        reconciliations: Reconciliations,
        say: Callable[[str], object],
        draw: Callable[[str], object],
        pause: Callable[[], object],
    ) -> None:
        self._reconciliations = reconciliations
        self._say = say
        self._draw = draw
        self._pause = pause

    def run(self, board: str | None, *, wait: bool) -> int:
        """Compare a board or all. 0 if every entry was judged and right (or it was asked for, without ``wait``)."""
        asked = self._reconciliations.reconcile(board)
        self._say(f"{asked.board or 'all boards'}: comparison {asked.reconciliation_id} {asked.state}")
        return self.follow(asked.reconciliation_id) if wait else EXIT_PROVED

    def follow(self, reconciliation_id: str) -> int:
        """Show one until it is over. 0 only if every entry of every board was judged and right."""
        while True:
            now = self._reconciliations.reconciliation(reconciliation_id)
            self._draw(progress(now))
            if now.is_over:
                self._say("")
                self._tell(now)
                return EXIT_PROVED if now.proved else EXIT_NOT_PROVED
            self._pause()

    def _tell(self, done: Reconciliation) -> None:
        for each in done.first:
            named = f"{each.player!r} " if each.player else ""
            self._say(f"{each.board} {each.view}: {each.kind}: {named}{each.detail}")
        more = done.differences - len(done.first)
        if more > 0:
            self._say(f"and {more:,} differences more")
        if done.unsettled:
            reason = "entries kept changing, or messages were under way: not judged"
            self._say(f"{done.unsettled:,} {reason}; ask when there is less traffic")
        if done.boards_unread:
            self._say(f"{done.boards_unread:,} boards are being drawn from the ledger and were not compared")
        if done.failure:
            self._say(done.failure)


def progress(now: Reconciliation) -> str:
    """One line: what is compared, a bar, and the numbers."""
    name = now.board or "all boards"
    if now.is_over:
        counted = f"{now.views_compared:,} views, {now.differences:,} differences"
        return f"{name} [{'#' * WIDTH if now.state == 'finished' else ' ' * WIDTH}] {counted}, {now.state}"
    if not now.boards:
        return f"{name} [{' ' * WIDTH}] {now.state}"
    share = _share(now)
    boards = f"board {min(now.boards_compared + 1, now.boards):,} of {now.boards:,}, " if now.boards > 1 else ""
    again = f", {now.suspicions:,} looked at again" if now.suspicions else ""
    stalled = ", its worker is gone and another will go on" if now.stalled else ""
    bar = f"[{'#' * int(share * WIDTH):<{WIDTH}}] {share:4.0%}"
    return f"{name} {bar} {boards}{now.views_compared:,} of {now.views:,} views{again}{stalled}"


def _share(now: Reconciliation) -> float:
    """Of one board the views; of many the boards, since nobody knows the views of those to come."""
    if now.boards == 1:
        return min(1.0, now.views_compared / now.views) if now.views else 0.0
    return min(1.0, now.boards_compared / now.boards) if now.boards else 0.0
