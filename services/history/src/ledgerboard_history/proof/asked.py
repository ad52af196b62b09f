"""Carry out the comparisons that operators asked for, board after board.

How far it is stands in the ledger after every view, with a lease. So a worker that dies leaves behind nothing that
seems to run for ever: another goes on after the last board that was done, and one that fails again and again ends it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from ledgerboard_history.proof.reconciling import Progress, Reconciled
from ledgerboard_history.proof.recording import Comparer
from ledgerboard_history.proof.sampling import Definitions, all_boards
from ledgerboard_history.proof.wording import detail
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger.reconciliation_records import AskedReconciliation, BoardCompared, FoundDifference
from ledgerboard_ledger.reconciliations import MOST_KEPT

MOST_ATTEMPTS: Final = 3
"""How often one board is begun before the comparison is given up."""

LEASE_SECONDS: Final = 300.0
"""Longer than one view takes. Renewed before every view."""

_NO_BOARDS: Final = "history has no address of the boards: LEDGERBOARD_REDIS_URL is not set"

_log = get_logger(__name__)


class AskedReconciliations(Protocol):
    """The record of what was asked for, as `ledgerboard_ledger.reconciliations` has it."""

    def claim(self, owner: str, lease_seconds: float) -> AskedReconciliation | None:
        """Take the oldest that nobody has."""

    def progress(
        self, asked: AskedReconciliation, owner: str, lease_seconds: float, **numbers: int
    ) -> AskedReconciliation | None:
        """Note how far it is. None: the lease is lost."""

    def compared(self, asked: AskedReconciliation, owner: str, result: BoardCompared) -> AskedReconciliation | None:
        """One more board is done. None: the lease is lost."""

    def note_failure(self, asked: AskedReconciliation, owner: str, failure: str) -> None:
        """Note why it did not get on."""

    def release(self, asked: AskedReconciliation, owner: str) -> None:
        """Give it back."""

    def end(self, asked: AskedReconciliation, owner: str, failure: str | None = None) -> None:
        """It is finished or given up."""


class LeaseLostError(Exception):
    """Somebody else does this comparison by now."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A comparison in this worker's hands, and under which name it holds it."""

    asked: AskedReconciliation
    owner: str


class AskedProofs:
    """Takes the oldest comparison and does boards of it for ``most``; the next run goes on.

    Safe to repeat and to run twice at once: each comparison is in one worker's hands.
    """

    def __init__(
        self,
        record: AskedReconciliations,
        definitions: Definitions,
        comparer: Comparer | None,
        clock: Clock,
        *,
        new_owner: Callable[[], str],
        most: timedelta,
    ) -> None:
        self._record = record
        self._definitions = definitions
        self._comparer = comparer
        self._clock = clock
        self._new_owner = new_owner
        self._most = most

    def run(self) -> int:
        """How many boards this run compared. Raises `UnavailableError` where one of the stores is down."""
        owner = self._new_owner()
        asked = self._record.claim(owner, LEASE_SECONDS)
        if asked is None:
            return 0
        try:
            return self._carry_out(_Work(asked, owner))
        except UnavailableError as error:
            self._record.note_failure(asked, owner, str(error))
            raise
        except LeaseLostError:
            _log.warning("comparison went to another worker", reconciliation_id=str(asked.reconciliation_id))
            return 0
        finally:
            self._record.release(asked, owner)

    def _carry_out(self, work: _Work) -> int:
        asked = work.asked
        if self._comparer is None or asked.attempts > MOST_ATTEMPTS:
            self._record.end(asked, work.owner, self._obstacle(asked))
            return 0
        left = self._boards_left(asked)
        self._note(work, boards=asked.boards_compared + len(left))
        until, done = self._clock.now() + self._most, 0
        for board in left:
            if self._clock.now() > until:
                return done
            work = self._compare(self._comparer, board, work)
            done += 1
        self._record.end(work.asked, work.owner)
        return done

    def _obstacle(self, asked: AskedReconciliation) -> str:
        if self._comparer is None:
            return _NO_BOARDS
        why = asked.failure or "the worker was lost, or ran out of time"
        return f"given up after {MOST_ATTEMPTS} attempts; {asked.boards_compared} boards were compared: {why}"

    def _boards_left(self, asked: AskedReconciliation) -> Sequence[str]:
        boards = all_boards(self._definitions) if asked.board is None else [asked.board]
        return [board for board in boards if asked.after_board is None or board > asked.after_board]

    def _compare(self, comparer: Comparer, board: str, work: _Work) -> _Work:
        before = work.asked

        def tell(progress: Progress) -> None:
            self._note(
                work,
                views=before.views_done + progress.views,
                views_compared=before.views_done + progress.views_compared,
                suspicions=progress.suspicions,
            )

        result = comparer.reconcile(board, tell)
        noted = self._record.compared(before, work.owner, _compared(result))
        if noted is None:
            raise LeaseLostError
        return _Work(noted, work.owner)

    def _note(self, work: _Work, **numbers: int) -> None:
        if self._record.progress(work.asked, work.owner, LEASE_SECONDS, **numbers) is None:
            raise LeaseLostError


def _compared(result: Reconciled) -> BoardCompared:
    first = sorted(result.differences.items())[:MOST_KEPT]
    return BoardCompared(
        board=result.board,
        is_live=result.is_live,
        views=result.views_compared,
        unsettled=result.unsettled,
        differences=len(result.differences),
        first=tuple(
            FoundDifference(
                board=result.board,
                view=where.view,
                kind=difference.kind.value,
                player=_text(difference.player) or None,
                detail=detail(difference),
            )
            for where, difference in first
        ),
    )


def _text(player: str) -> str:
    """A name as PostgreSQL can keep it, should the boards hold one that is no text."""
    return player.encode(errors="backslashreplace").decode().replace("\x00", "\\x00")
