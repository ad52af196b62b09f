"""Prove that the boards are the fold of the ledger, while both go on.

A score is on its way through two queues and arrives at either end first, so a single look finds differences that are
none. A difference counts when it stands: both sides say the same things again and again, no message waits for a worker,
and at some moment since it was first seen no worker had any in hand either. What it may have been waiting for is done
with then. A rendered top is seen together with its entries, and counts at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_boards import Live
from ledgerboard_contracts import BoardDefinition, BoardOptions, View
from ledgerboard_history.proof.comparing import Comparison
from ledgerboard_history.proof.differences import Difference, Part, TopDifference, Where
from ledgerboard_history.proof.traffic import UnderWay
from ledgerboard_infra.clock import Clock

_SAMPLES: Final = 5
"""How often in a pause it is looked whether anything is under way."""


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

    def under_way(self) -> UnderWay:
        """About how many messages wait for a worker, and how many are in a worker's hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When a difference counts. It has to stand for ``settle``, and is looked at again every ``pause``.

    ``settle`` must exceed the visibility timeout of the queues, and the time by which the counts of SQS may be behind.
    In each pause it is looked several times whether anything is under way, since on a busy stage that is so at most
    moments. Where workers have something in hand at every moment, a difference counts when it stood for ``busy``: no
    worker holds a message for that long without an outage. What has not settled within ``most`` is not judged.
    """

    pause: timedelta = timedelta(seconds=5)
    settle: timedelta = timedelta(seconds=60)
    busy: timedelta = timedelta(minutes=5)
    most: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What came out for one board. ``differences`` are by where they are.

    ``unsettled`` is how many entries kept changing, or had messages under way all the time: they were not judged.
    ``is_live`` is False for a board that nobody can read now, since it is being drawn anew: nothing was compared then.
    """

    board: str
    is_live: bool = True
    views_compared: int = 0
    differences: Mapping[Where, Difference]
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the comparison of a board is: views that were looked at, and suspicions that may prove unfounded."""

    views_compared: int
    views: int
    suspicions: int


Tell = Callable[[Progress], object]


def tell_nobody(_: Progress) -> None:
    """For whoever does not want to know."""


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """``is_clear``: nothing was under way at some moment since then, so nothing that it could be waiting for."""

    difference: Difference
    since: datetime
    is_clear: bool = False


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

    def reconcile(self, board: str, tell: Tell = tell_nobody) -> Reconciled:
        """Compare every view of ``board``. A board whose live generation changes meanwhile is compared once more.

        ``tell`` hears how far it is, before each view and before each pause.
        """
        until = self._clock.now() + self._patience.most
        while True:
            live = self._lives.lives(board)
            definition = None if live is None else self._versions.version(board, live.board_version)
            if live is None or definition is None:
                return Reconciled(board=board, is_live=not self._comparison.is_played(board), differences={})
            result = self._compare(board, live, definition.options, until, tell)
            if self._lives.lives(board) == live:
                return result

    def _compare(self, board: str, live: Live, options: BoardOptions, until: datetime, tell: Tell) -> Reconciled:
        views = self._comparison.views(board, live.generation, options)
        suspicions: dict[Where, _Suspicion] = {}
        certain: dict[Where, Difference] = {}
        for done, (name, view) in enumerate(views.items()):
            tell(Progress(done, len(views), len(suspicions)))
            found, now = self._comparison.look(name, view, options), self._clock.now()
            suspicions |= {where: _Suspicion(difference, now) for where, difference in found.items()}
            if not self._comparison.is_top_right(view, options):
                certain[Where(name, Part.TOP, b"")] = TopDifference()
        suspicions = _apart(self._settled(suspicions, views, options, until, tell))
        standing = {where: each.difference for where, each in suspicions.items() if self._has_settled(each)}
        return Reconciled(
            board=board,
            views_compared=len(views),
            differences=standing | certain,
            unsettled=len(suspicions) - len(standing),
        )

    def _settled(
        self,
        suspicions: dict[Where, _Suspicion],
        views: Mapping[str, View],
        options: BoardOptions,
        until: datetime,
        tell: Tell,
    ) -> dict[Where, _Suspicion]:
        """What is left of the suspicions once each has stood long enough, or the time is over."""
        while suspicions and not self._have_settled(suspicions) and self._clock.now() < until:
            tell(Progress(len(views), len(views), len(suspicions)))
            waiting, clear_at = self._wait()
            now = self._clock.now()
            again: dict[Where, Difference] = {}
            for name in {where.view for where in suspicions}:
                again |= self._comparison.look(name, views[name], options)
            kept = _confirmed(suspicions, again, now, is_quiet=waiting == 0)
            suspicions = {where: _cleared(each, clear_at) for where, each in kept.items()}
        return suspicions

    def _wait(self) -> tuple[int, datetime | None]:
        """Pause. Returns how many messages wait after it, and the last moment in it at which none was under way."""
        waiting, clear_at = 0, None
        for _ in range(_SAMPLES):
            self._pause(self._patience.pause.total_seconds() / _SAMPLES)
            asked_at, under_way = self._clock.now(), self._traffic.under_way()
            waiting = under_way.waiting
            if under_way == UnderWay(0, 0):
                clear_at = asked_at
        return waiting, clear_at

    def _have_settled(self, suspicions: Mapping[Where, _Suspicion]) -> bool:
        return all(map(self._has_settled, suspicions.values()))

    def _has_settled(self, suspicion: _Suspicion) -> bool:
        stood = self._clock.now() - suspicion.since
        return stood >= self._patience.busy or (suspicion.is_clear and stood >= self._patience.settle)


def _cleared(suspicion: _Suspicion, clear_at: datetime | None) -> _Suspicion:
    is_clear = clear_at is not None and clear_at >= suspicion.since
    return replace(suspicion, is_clear=True) if is_clear else suspicion


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


def _apart(suspicions: Mapping[Where, _Suspicion]) -> dict[Where, _Suspicion]:
    """Without the hash's words on players of whom an entry differs: it is one difference, seen in two places."""
    players = {(where.view, each.difference.player) for where, each in suspicions.items() if where.part is Part.ENTRY}
    return {
        where: each
        for where, each in suspicions.items()
        if where.part is Part.ENTRY or (where.view, each.difference.player) not in players
    }
