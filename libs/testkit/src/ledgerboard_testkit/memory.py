"""What a reader of Ledgerboard asks, in memory: a clock, definitions and the ledger.

Each can be made unavailable, because what a service answers then is the more interesting half of its behaviour.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition, BoardOptions, Fact
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Play, ProjectionConflictError, Recorded, Rejected

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move it."""
        self._now += step


class Dependency:
    """Something that may be down."""

    def __init__(self) -> None:
        self.available = True

    def answer(self) -> None:
        """Raise `UnavailableError` while it is down."""
        if not self.available:
            raise UnavailableError(f"{type(self).__name__} is down")


class MemoryRecord(Dependency):
    """Definitions, as `PostgresDefinitions` and `CurrentDefinitions` keep them."""

    def __init__(self) -> None:
        super().__init__()
        self._versions: dict[str, BoardDefinition] = {}

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None."""
        self.answer()
        return self._versions.get(board)

    def ensure(self, board: str) -> BoardDefinition:
        """The current definition; an unknown board is made."""
        return self.current(board) or self.define(board, DEFAULT_OPTIONS)[0]

    def define(self, board: str, options: BoardOptions) -> tuple[BoardDefinition, bool]:
        """The definition that now carries ``options``, and whether this call made it."""
        before = self.current(board)
        if before is not None and before.options == options:
            return before, False
        conflict = before.options.projection_conflict(options) if before is not None else None
        if conflict is not None:
            raise ProjectionConflictError(conflict)
        made = BoardDefinition(board=board, version=before.version + 1 if before else 1, options=options)
        self._versions[board] = made
        return made, True

    def list(self, after: str | None, limit: int, prefix: str = "", contains: str = "") -> Sequence[BoardDefinition]:
        """Current definitions by name."""
        self.answer()
        names = sorted(name for name in self._versions if name.startswith(prefix) and name > (after or ""))
        names = [name for name in names if contains.lower() in name.lower()]
        return [self._versions[name] for name in names[:limit]]

    def remember(self, definition: BoardDefinition) -> None:
        """Nothing to do: what is known and what is recorded are one here."""


class MemoryLedger(Dependency):
    """The record of plays and rejections."""

    def __init__(self) -> None:
        super().__init__()
        self._plays: list[Play] = []
        self._rejections: dict[UUID, Rejected] = {}

    def add(self, board: str, fact: Fact) -> None:
        """Record a fact."""
        self._plays.append(
            Play(
                event_id=fact.event_id,
                board=board,
                board_version=1,
                player=fact.player,
                score=fact.score,
                level=fact.level,
                attributes=fact.attributes,
                occurred_at=fact.occurred_at,
                recorded_at=fact.occurred_at,
                session=fact.session,
            )
        )

    def reject(self, rejected: Rejected) -> None:
        """Record a rejection."""
        self._rejections[rejected.rejection.event_id] = rejected

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[Play]:
        """A page of a player's plays, newest first."""
        self.answer()
        found = [each for each in self._plays if each.player == player and board in {None, each.board}]
        found.sort(key=lambda each: each.event_id, reverse=True)
        return [each for each in found if before is None or each.event_id < before][:limit]

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What became of an event."""
        self.answer()
        play = next((each for each in self._plays if each.event_id == event_id), None)
        return Recorded(play=play) if play else self._rejections.get(event_id)
