"""Ranks over time in memory."""

from collections.abc import Sequence
from datetime import date

from ledgerboard_ledger import RankOfDay
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryRanks(Dependency):
    """The ranks of days, as `RankHistory` tells them."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[tuple[str, str], dict[date, RankOfDay]] = {}

    def keep(self, board: str, player: str, *ranks: RankOfDay) -> None:
        """Keep these ranks of a player."""
        self._kept.setdefault((board, player), {}).update((each.day, each) for each in ranks)

    def of(self, board: str, player: str, first: date, last: date) -> Sequence[RankOfDay]:
        """The player's ranks, both days included, oldest first."""
        self.answer()
        kept = self._kept.get((board, player), {})
        return [kept[day] for day in sorted(kept) if first <= day <= last]
