"""Rebuild boards: claim what was asked for, fold the ledger into it, let readers see it, and drop what was before.

A rebuild is a row, and its owner holds it by a lease. Whoever dies leaves the row with its cursor, and another one goes
on from there. Nothing depends on one alone holding the lease: every step may be repeated, by two at once too.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

from ledgerboard_contracts import BoardOptions
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import Generation, UnknownGenerationError
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.ports import Definitions, Generations, Ledger, Openings
from ledgerboard_ranker.rebuilder.scanning import GenerationGoneError, Scan
from ledgerboard_ranker.rebuilder.swapping import Swap

_log = get_logger(__name__)


class Outcome(StrEnum):
    """What became of one claimed rebuild. Doubles as the ``outcome`` label of ``rebuilder_rebuilds``."""

    FINISHED = "finished"
    GONE = "gone"
    """The boards do not know the generation any more, or it was given up: a later one takes its place."""
    TAKEN = "taken"
    """The lease lapsed, and somebody else goes on."""
    RELEASED = "released"
    """This process was asked to stop, and gave it back."""


class Rebuilder:
    """Carries out one rebuild at a time, as ``owner``. Raises `UnavailableError`; the row is then claimed again."""

    def __init__(  # noqa: PLR0913 -- a rebuild passes through all of them.
        self,
        owner: str,
        lease_seconds: float,
        *,
        generations: Generations,
        openings: Openings,
        definitions: Definitions,
        ledger: Ledger,
        scan: Scan,
        swap: Swap,
        metrics: RebuilderMetrics,
    ) -> None:
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._generations = generations
        self._openings = openings
        self._definitions = definitions
        self._ledger = ledger
        self._scan = scan
        self._swap = swap
        self._metrics = metrics

    def rebuild_next(self, is_stopping: Callable[[], bool]) -> Outcome | None:
        """Take the next rebuild as far as it goes, and return what became of it. None: there is nothing to rebuild."""
        row = self._generations.claim(self._owner, self._lease_seconds)
        if row is None:
            return None
        started = time.monotonic()
        outcome = self._outcome(row, is_stopping)
        seconds = time.monotonic() - started
        self._metrics.rebuilds.labels(outcome.value).inc()
        if outcome is Outcome.FINISHED:
            self._metrics.seconds.observe(seconds)
        _log.info(
            "rebuild ended", board=row.board, generation=row.number, outcome=outcome.value, seconds=round(seconds, 3)
        )
        return outcome

    def _outcome(self, row: Generation, is_stopping: Callable[[], bool]) -> Outcome:
        """A generation that is gone is given up, so that it keeps no later one of its board waiting."""
        try:
            outcome = self._fold(row, is_stopping)
            if outcome is Outcome.FINISHED:
                self._swap.finish(row)
        except (GenerationGoneError, UnknownGenerationError):
            self._generations.abandon(row.board, row.number)
            return Outcome.GONE
        if outcome is Outcome.RELEASED:
            self._generations.release(row.board, row.number, self._owner)
        return outcome

    def _fold(self, row: Generation, is_stopping: Callable[[], bool]) -> Outcome:
        """Fold what is not folded yet. One that went live before its row could say so has everything."""
        if self._swap.is_live(row):
            return Outcome.FINISHED
        snapshot = row.snapshot if row.snapshot is not None and row.until is not None else self._open(row)
        self._swap.make_room(row)
        total = self._count(row, snapshot) if row.facts_total is None else row.facts_total
        folded, options = row.facts_folded, self._options(row)
        for page in self._scan.pages(row, options):
            folded += page.facts
            self._metrics.facts.inc(page.facts)
            if not self._generations.progress(
                row.board, row.number, self._owner,
                cursor=page.cursor, facts_folded=folded, lease_seconds=self._lease_seconds,
                facts_total=max(total, folded),
            ):  # fmt: skip
                return Outcome.TAKEN
            if is_stopping():
                return Outcome.RELEASED
        return Outcome.FINISHED

    def _count(self, row: Generation, snapshot: str) -> int:
        """Takes longer than a lease on a great board. Two rebuilders would take it from each other for ever."""
        with self._renewing(row):
            return self._ledger.count(row.board, snapshot)

    @contextmanager
    def _renewing(self, row: Generation) -> Iterator[None]:
        """Keep the lease from lapsing meanwhile. Whether it is lost all the same, the first page tells."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(self._lease_seconds / 3):
                with suppress(UnavailableError):
                    self._generations.progress(
                        row.board, row.number, self._owner,
                        cursor=row.cursor, facts_folded=row.facts_folded, lease_seconds=self._lease_seconds,
                    )  # fmt: skip

        renewer = threading.Thread(target=renew, name="lease", daemon=True)
        renewer.start()
        try:
            yield
        finally:
            done.set()
            renewer.join()

    def _open(self, row: Generation) -> str:
        """Open a generation that is not building yet, and return its snapshot.

        One that is, and that the boards lost, is not opened again: what was folded into it is lost too.
        """
        state = self._openings.open(row.board, row.number)
        for generation in state.generations:
            if generation.number == row.number and generation.snapshot is not None:
                return generation.snapshot
        raise GenerationGoneError(row)

    def _options(self, row: Generation) -> BoardOptions:
        definition = self._definitions.version(row.board, row.board_version)
        if definition is None:
            raise UnavailableError(f"board {row.board!r} has no version {row.board_version}")
        return definition.options
