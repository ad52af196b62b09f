"""Generations in memory. Nobody writes beside them, so every snapshot is as good as another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ledgerboard_ledger import Generation, GenerationStage, UnknownGenerationError
from ledgerboard_testkit.memory.dependency import Dependency, FixedClock

_REQUESTED, _OPENING, _BUILDING = GenerationStage.REQUESTED, GenerationStage.OPENING, GenerationStage.BUILDING
_LIVE, _DROPPED = GenerationStage.LIVE, GenerationStage.DROPPED
_UNFINISHED = frozenset({_REQUESTED, _OPENING, _BUILDING})


class MemoryGenerations(Dependency):
    """As `PostgresGenerations`. A board's newest version is 1, for there are no definitions here."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock
        self._rows: dict[tuple[str, int], Generation] = {}

    def adopt(self, board: str, board_version: int) -> tuple[Generation, bool]:
        """The first generation, and whether this call made it."""
        known = self.list(board)
        if known:
            return self.live(board) or known[0], False
        return self._add(board, board_version, _LIVE, "first", "ranker"), True

    def live(self, board: str) -> Generation | None:
        """The generation that readers see, or None."""
        return next((each for each in self.list(board) if each.state is _LIVE), None)

    def get(self, board: str, number: int) -> Generation | None:
        """One generation, or None."""
        self.answer()
        return self._rows.get((board, number))

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        """Ask for a rebuild; one that nobody began serves."""
        version = board_version or 1
        for each in self.list(board):
            if each.state is _REQUESTED:
                return self._change(each, board_version=version)
        return self._add(board, version, _REQUESTED, reason, author)

    def open(self, board: str, number: int) -> Generation:
        """Give it a snapshot, which it keeps."""
        known = self._standing(board, number)
        if known.snapshot is not None or known.state is _LIVE:
            return known
        return self._change(known, state=_OPENING, snapshot="1:1:")

    def opened(self, board: str, number: int, until: datetime) -> None:
        """The boards know of it."""
        known = self.get(board, number)
        if known is not None and known.state in {_OPENING, _BUILDING}:
            self._change(known, state=_BUILDING, until=max(known.until or until, until))

    def claim(self, owner: str, lease_seconds: float) -> Generation | None:
        """Take the oldest free one, one a board at a time."""
        self.answer()
        firsts: dict[str, Generation] = {}
        for each in sorted(self._rows.values(), key=lambda each: each.number):
            if each.state in _UNFINISHED:
                firsts.setdefault(each.board, each)
        free = [each for each in firsts.values() if each.leased_until is None or each.leased_until <= self._clock.now()]
        if not free:
            return None
        oldest = min(free, key=lambda each: (each.requested_at, each.board))
        return self._change(oldest, owner=owner, leased_until=self._lease_end(lease_seconds))

    def progress(
        self,
        board: str,
        number: int,
        owner: str,
        *,
        cursor: UUID | None,
        facts_folded: int,
        lease_seconds: float,
        facts_total: int | None = None,
    ) -> bool:
        """Note how far it is; False: the lease is lost."""
        known = self.get(board, number)
        if known is None or known.owner != owner or known.state not in _UNFINISHED:
            return False
        total = known.facts_total if facts_total is None else facts_total
        lease_end = self._lease_end(lease_seconds)
        self._change(known, cursor=cursor, facts_folded=facts_folded, leased_until=lease_end, facts_total=total)
        return True

    def release(self, board: str, number: int, owner: str) -> None:
        """Give it back."""
        known = self.get(board, number)
        if known is not None and known.owner == owner:
            self._change(known, owner=None, leased_until=None)

    def finish(self, board: str, number: int) -> Generation:
        """Readers see it now, and the one before is dropped."""
        known = self._standing(board, number)
        if known.state is _REQUESTED:
            raise UnknownGenerationError(f"{board} has no generation {number} to finish")
        before = self.live(board)
        if before is not None and before.number != number:
            self._change(before, state=_DROPPED)
        ended = known.finished_at or self._clock.now()
        return self._change(known, state=_LIVE, owner=None, leased_until=None, finished_at=ended)

    def abandon(self, board: str, number: int) -> None:
        """Drop one that never was live."""
        known = self.get(board, number)
        if known is not None and known.state in _UNFINISHED:
            self._change(known, state=_DROPPED, owner=None, leased_until=None, finished_at=self._clock.now())

    def list(self, board: str | None = None, limit: int = 1000) -> Sequence[Generation]:
        """Generations, the last requested first."""
        self.answer()
        rows = [each for each in self._rows.values() if board in {None, each.board}]
        return sorted(rows, key=lambda each: (each.requested_at, each.number), reverse=True)[:limit]

    def boards_live(self, after: str | None, limit: int, requested_before: datetime | None = None) -> Sequence[str]:
        """Boards with a live generation by name, and without one that was requested since a moment."""
        rows = self.list(None, len(self._rows))
        names = {each.board for each in rows if each.state is _LIVE}
        if requested_before is not None:
            names -= {
                each.board for each in rows if each.state is not _DROPPED and each.requested_at >= requested_before
            }
        return [name for name in sorted(names) if after is None or name > after][:limit]

    def begun(self, requested_before: datetime | None = None) -> Sequence[str]:
        """Boards of which a generation is opening or building, and was requested before a moment."""
        self.answer()
        begun = [each for each in self._rows.values() if each.state in {_OPENING, _BUILDING}]
        return sorted(
            {each.board for each in begun if requested_before is None or each.requested_at < requested_before}
        )

    def _add(self, board: str, board_version: int, state: GenerationStage, reason: str, author: str) -> Generation:
        number = max((each.number for each in self.list(board)), default=0) + 1
        made = Generation(
            board=board,
            number=number,
            board_version=board_version,
            state=state,
            reason=reason,
            author=author,
            requested_at=self._clock.now(),
        )
        return self._change(made)

    def _standing(self, board: str, number: int) -> Generation:
        known = self.get(board, number)
        if known is None or known.state is _DROPPED:
            raise UnknownGenerationError(f"{board} has no generation {number}")
        return known

    def _change(self, known: Generation, **fields: Any) -> Generation:
        self._rows[known.board, known.number] = replace(known, **fields)
        return self._rows[known.board, known.number]

    def _lease_end(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)
