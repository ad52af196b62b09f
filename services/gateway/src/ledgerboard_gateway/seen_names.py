"""Remember which levels and sessions a server's scores named lately, so that new ones can be counted.

Each is a ranking of its own in Redis. A server may name any, but one whose key was stolen, or that has a defect, must
not fill Redis with them. What a process saw is known to it alone: after a restart names are counted anew.
"""

from collections.abc import Collection, Sequence
from typing import Final

from ledgerboard_gateway.recently_used import RecentlyUsed
from ledgerboard_gateway.submit import Ask

CAPACITY: Final = 100_000

Name = tuple[str, str, str]
"""A board, whether it is a level's or a session's name, and the name."""


class SeenNames:
    """The names that were seen last. Thread-safe and bounded."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._seen: RecentlyUsed[Name, None] = RecentlyUsed(capacity)

    def new_in(self, ask: Ask) -> Sequence[Name]:
        """The names of a score that were not seen."""
        named = [(ask.board, kind, name) for kind, name in (("level", ask.level), ("session", ask.session)) if name]
        return [name for name in named if name not in self._seen]

    def see(self, names: Collection[Name]) -> None:
        """Remember them."""
        for name in names:
            self._seen.put(name, None)
