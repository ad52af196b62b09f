"""Reviews and players' names in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledgerboard_ledger import Decision, Review, ReviewState
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryReviews(Dependency):
    """The record of reviews, as a test fills it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[UUID, Review] = {}

    def page(self, state: ReviewState, board: str | None, after: UUID | None, limit: int) -> Sequence[Review]:
        """Reviews of one state, oldest play first."""
        self.answer()
        found = [each for each in self.kept.values() if each.state is state and board in {None, each.board}]
        found = [each for each in found if after is None or each.event_id > after]
        return sorted(found, key=lambda each: each.event_id)[:limit]

    def decide(self, event_id: UUID, decision: Decision) -> Review | None:
        """The review with its verdict: this one, unless there was one before."""
        self.answer()
        known = self.kept.get(event_id)
        if known is not None and known.state is ReviewState.OPEN:
            self.kept[event_id] = replace(
                known,
                state=decision.state,
                decided_at=decision.at,
                author=decision.author,
                reason=decision.reason,
                correction_id=decision.correction_id,
            )
        return self.kept.get(event_id)


class MemoryNames(Dependency):
    """The record of names."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    def call(self, player: str, name: str, at: datetime) -> None:  # noqa: ARG002 -- time goes on here as it does there.
        """Call the player so."""
        self.answer()
        self.kept[player] = name

    def forget(self, player: str) -> None:
        """Let the player have no name."""
        self.answer()
        self.kept.pop(player, None)

    def names(self, players: Sequence[str]) -> Mapping[str, str]:
        """The names of those players who have one."""
        self.answer()
        return {player: self.kept[player] for player in players if player in self.kept}
