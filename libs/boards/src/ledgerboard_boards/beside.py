"""What lies beside the entries of a view, for whoever compares it: what the next fold goes by, and the rendered top.

The rendered top is read together with the entries of which it has to be made, in one call. Whatever changes these drops
it in the same call, so the two never differ at any moment, however much is played.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledgerboard_boards.codec import prefix_bytes, read_standings
from ledgerboard_boards.writing import BoardWriter
from ledgerboard_contracts import TOP_N, BoardOptions, Standing, View

_FIELDS_AT_ONCE: Final = 1_000
_ANY_BYTES: Final = "surrogateescape"


@dataclass(frozen=True, slots=True)
class RenderedTop:
    """The rendered top that is kept, and the standings that it has to show. Of one moment."""

    body: bytes
    standings: Sequence[Standing]


class Beside(BoardWriter):
    """The reads of what a view keeps beside its entries, of whichever generation, live or not."""

    def remembered(self, view: View, players: Sequence[str]) -> Sequence[bytes | None]:
        """What the hash holds of each player. `ledgerboard_boards.members` knows what it has to be."""
        if not players:
            return []
        names = [player.encode(errors=_ANY_BYTES) for player in players]
        found: list[bytes | None] = self._library.read("remembered", [self._keyspace.of(view).prefixes], *names)
        return found

    def astray(self, view: View, options: BoardOptions) -> Iterator[str]:
        """The players in the hash whose prefix leads to no entry. One may come twice, or be no text at all."""
        keys, cursor = self._keyspace.of(view), b"0"
        width = prefix_bytes(options, view.scope)
        while True:
            asked = (cursor, width, _FIELDS_AT_ONCE)
            cursor, players = self._library.read("astray", [keys.entries, keys.prefixes], *asked)
            yield from (player.decode(errors=_ANY_BYTES) for player in players)
            if int(cursor) == 0:
                return

    def rendered(self, view: View, options: BoardOptions) -> RenderedTop | None:
        """The rendered top, or None where none is kept."""
        keys = self._keyspace.of(view)
        body, flat = self._library.read("rendered", [keys.entries, keys.top], TOP_N)
        return None if body is None else RenderedTop(body, read_standings(flat, 0, options, view.scope))
