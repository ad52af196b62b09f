"""Prove that the boards are the fold of the ledger, while both go on.

A score is on its way through two queues and arrives at either end first, so a single look finds differences that are
none. A difference counts when it stands: both sides say the same things again and again for longer than any message can
be under way, and no message waits for a worker.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ledgerboard_boards import Live
from ledgerboard_contracts import BoardDefinition, BoardOptions
from ledgerboard_history.proof.comparing import Comparison, Where
from ledgerboard_history.proof.differences import Difference, Kind
from ledgerboard_infra.clock import Clock


class Lives(Protocol):
    """Which generation of a board is read."""

    def lives(self, board: str) -> Live | None:
        """The live one, or None where there is none."""


class Versions(Protocol):
    """The record of versions."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None."""


class Traffic(Protocol):
    """What is on its way to the boards and to the ledger."""

    def waiting(self) -> int:
        """About how many messages wait for a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When a difference counts. It has to stand for ``settle``, and is looked at again every ``pause``.

    ``settle`` must exceed the visibility timeout of the queues: a message that was in a worker's hands is then done
    with, or waits. What has not settled within ``most`` is not judged.
    """

    pause: timedelta = timedelta(seconds=5)
    settle: timedelta = timedelta(seconds=90)
    most: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What came out for one board. ``differences`` are by view and entry.

    ``unsettled`` is how many entries kept changing, or had messages waiting: they were not judged. ``is_live`` is False
    for a board that nobody can read now, because it is being drawn anew: then nothing was compared.
    """

    board: str
    is_live: bool = True
    views_compared: int = 0
    differences: Mapping[Where, Difference]
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class _Suspicion:
    difference: Difference
    since: datetime


class Reconciliation:
    """Compares boards with the ledger and writes nothing. Raises `UnavailableError` where one of the stores is down."""

    def __init__(
        self,
        lives: Lives,
        versions: Versions,
        comparison: Comparison,
        traffic: Traffic,
        clock: Clock,
        *,
        pause: Callable[[float], None],
        patience: Patience | None = None,
    ) -> None:
        self._lives = lives
        self._versions = versions
        self._comparison = comparison
        self._traffic = traffic
        self._clock = clock
        self._pause = pause
        self._patience = patience or Patience()

    def reconcile(self, board: str) -> Reconciled:
        """Compare every view of ``board``. A board whose live generation changes meanwhile is compared once more."""
        until = self._clock.now() + self._patience.most
        while True:
            live = self._lives.lives(board)
            definition = None if live is None else self._versions.version(board, live.board_version)
            if live is None or definition is None:
                return Reconciled(board=board, is_live=not self._comparison.is_played(board), differences={})
            result = self._compare(board, live, definition.options, until)
            if self._lives.lives(board) == live:
                return result

    def _compare(self, board: str, live: Live, options: BoardOptions, until: datetime) -> Reconciled:
        views = self._comparison.views(board, live.generation, options)
        now = self._clock.now()
        found = self._comparison.look(views, options)
        suspicions = {where: _Suspicion(difference, now) for where, difference in found.items()}
        while suspicions and not self._have_settled(suspicions) and self._clock.now() < until:
            self._pause(self._patience.pause.total_seconds())
            again = {name: views[name] for name, _ in suspicions}
            now, waiting = self._clock.now(), self._traffic.waiting()
            suspicions = _confirmed(suspicions, self._comparison.look(again, options), now, is_quiet=waiting == 0)
        standing = {where: each.difference for where, each in suspicions.items() if self._has_settled(each)}
        return Reconciled(
            board=board,
            views_compared=len(views),
            differences=standing,
            unsettled=len(suspicions) - len(standing),
        )

    def _have_settled(self, suspicions: Mapping[Where, _Suspicion]) -> bool:
        return all(map(self._has_settled, suspicions.values()))

    def _has_settled(self, suspicion: _Suspicion) -> bool:
        return self._clock.now() - suspicion.since >= self._patience.settle


def _confirmed(
    suspicions: Mapping[Where, _Suspicion], found: Mapping[Where, Difference], now: datetime, *, is_quiet: bool
) -> dict[Where, _Suspicion]:
    """Those that are still there. One that says something else now, or may be on its way, starts anew."""
    confirmed = {}
    for where, suspicion in suspicions.items():
        difference = found.get(where)
        if difference is not None:
            same = is_quiet and difference == suspicion.difference
            confirmed[where] = suspicion if same else _Suspicion(difference, now)
    return confirmed


def lines(result: Reconciled) -> Sequence[str]:
    """The result in words, a line a difference, for an operator."""
    if not result.is_live:
        return [f"{result.board}: no live generation; it is being drawn from the ledger"]
    head = f"{result.board}: {result.views_compared} views, {len(result.differences)} differences"
    unsettled = [f"{result.unsettled} entries kept changing and were not judged"] if result.unsettled else []
    return [
        "; ".join([head, *unsettled]),
        *(f"  {name}: {_said(each)}" for (name, _), each in sorted(result.differences.items())),
    ]


def _said(difference: Difference) -> str:
    if difference.kind is Kind.ORDER:
        return f"{difference.kind.value}: {difference.player!r} stands in the wrong place among equal scores"
    expected, found = (
        "nothing" if each is None else f"{each.score} at {each.achieved_at.isoformat()}"
        for each in (difference.expected, difference.found)
    )
    return f"{difference.kind.value}: {difference.player!r} has {found} on the board and {expected} by the ledger"
