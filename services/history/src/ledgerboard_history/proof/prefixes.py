"""Compare the hash beside a view, by which the next fold goes, with what the ledger says that it has to hold.

A wrong field shows nowhere yet: the entries are right until the player plays again. A field too many can only be one
that leads to no entry, or to one too many, so those are looked up first and struck off as their players turn up.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, Protocol

from ledgerboard_boards.members import in_order
from ledgerboard_contracts import BoardOptions, View
from ledgerboard_history.proof.differences import Entry, PrefixDifference

_PLAYERS_AT_ONCE: Final = 1_000


class Hashes(Protocol):
    """The hashes beside the views."""

    def remembered(self, view: View, players: Sequence[str]) -> Sequence[bytes | None]:
        """What the hash holds of each player."""

    def astray(self, view: View, options: BoardOptions) -> Iterator[str]:
        """The players in the hash whose prefix leads to no entry."""


class PrefixCheck:
    """Looks along while the entries by the ledger go by, best first. Where a player has many, the first one counts."""

    def __init__(self, hashes: Hashes, view: View, options: BoardOptions, *, many: bool) -> None:
        self._hashes = hashes
        self._view = view
        self._options = options
        self._seen: set[str] | None = set() if many else None
        self._found: dict[str, PrefixDifference] = {}
        self._astray: set[str] = set()

    def watched(self, expected: Iterator[Entry]) -> Iterator[Entry]:
        """The same entries, each looked at."""
        self._astray = set(self._hashes.astray(self._view, self._options))
        while batch := list(islice(expected, _PLAYERS_AT_ONCE)):
            self._compare([entry for entry in batch if self._is_first(entry.player)])
            yield from batch

    def found(self) -> Mapping[str, PrefixDifference]:
        """What is not the same on both sides, by player, once all entries went by."""
        players = sorted(self._astray)
        values = self._hashes.remembered(self._view, players)
        superfluous = {
            player: PrefixDifference(player, None, value)
            for player, value in zip(players, values, strict=True)
            if value
        }
        return self._found | superfluous

    def _is_first(self, player: str) -> bool:
        if self._seen is None:
            return True
        is_new = player not in self._seen
        self._seen.add(player)
        return is_new

    def _compare(self, entries: Sequence[Entry]) -> None:
        values = self._hashes.remembered(self._view, [entry.player for entry in entries])
        for entry, value in zip(entries, values, strict=True):
            self._astray.discard(entry.player)
            found = None if value is None else in_order(value, self._options, self._view.scope)
            if found != entry.value:
                self._found[entry.player] = PrefixDifference(entry.player, entry.value, found)
