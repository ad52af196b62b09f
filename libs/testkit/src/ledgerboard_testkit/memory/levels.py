"""The numbers of levels, in memory."""

from collections.abc import Collection, Mapping

from ledgerboard_testkit.memory.dependency import Dependency


class MemoryLevels(Dependency):
    """As `PostgresLevels`. ``asked`` counts the questions."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self._numbers: dict[str, dict[str, int]] = {}

    def numbers(self, board: str, levels: Collection[str], most: int, /) -> Mapping[str, int]:
        """The number of each level that has one; a new one gets the next, as long as there are ``most``."""
        self.answer()
        self.asked += 1
        known = self._numbers.setdefault(board, {})
        for level in levels:
            if level not in known and len(known) < most:
                known[level] = len(known) + 1
        return {level: known[level] for level in levels if level in known}
