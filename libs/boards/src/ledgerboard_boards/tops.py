"""Read the rendered top of a view, and keep it rendered for the next reader.

An offer names the version that was read, and the server refuses it if the top has changed since: an older page can
never come back.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from ledgerboard_boards.codec import read_standings
from ledgerboard_boards.keys import ViewKeys
from ledgerboard_boards.reading import ViewReader
from ledgerboard_contracts import TOP_N, BoardOptions, View
from ledgerboard_infra.errors import UnavailableError

TOP_SECONDS: Final = 30
"""How long a rendered top is kept at most, even if nothing ever drops it."""


@dataclass(frozen=True, slots=True)
class CachedTop:
    """The first `TOP_N` places of a view, rendered.

    ``body`` is a JSON array, best first, of objects with ``rank``, ``position``, ``player``, ``score`` and
    ``achieved_at``; ``[]`` where nobody has played. ``version`` rises with each change of ``body`` and never goes back;
    it is 0 before the first play. ``total`` is the number of entries in the view, always of now: a change below the
    top changes it while ``body`` and ``version`` stay.
    """

    version: int
    body: bytes
    total: int


@dataclass(frozen=True, slots=True)
class UnchangedTop:
    """The top is still that of the version which the reader has. ``total`` is the number of entries now."""

    version: int
    total: int


class Tops(ViewReader):
    """The reads of rendered tops."""

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The rendered top: the kept one, or one made now and then kept for at most `TOP_SECONDS`."""
        top = self._top(view, options, b"")
        if isinstance(top, UnchangedTop):
            raise TypeError("the server found a top unchanged that the reader did not have")
        return top

    def top_since(self, view: View, options: BoardOptions, version: int) -> CachedTop | UnchangedTop:
        """The rendered top, unless it is still that of ``version``."""
        return self._top(view, options, b"%d" % version)

    def _top(self, view: View, options: BoardOptions, known: bytes) -> CachedTop | UnchangedTop:
        keys = self._keyspace.of(view)
        where = (self._keyspace.state(view.board), keys.entries, keys.version, keys.top)
        asked = (view.generation, keys.expires_at_seconds, TOP_N, known)
        version, total, *rest = self._read(view, "top", where, asked)
        if not rest:
            return UnchangedTop(int(version), total)
        body, *flat = rest
        if body is None:
            body = msgspec.json.encode(read_standings(flat[0], 0, options, view.scope))
            self._offer(keys, version, body)
        return CachedTop(int(version), body, total)

    def _offer(self, keys: ViewKeys, version: bytes, body: bytes) -> None:
        """Keep ``body``, unless the top has changed since ``version`` was read: an older page must not come back.

        A server that is full, or misses its replicas, refuses to keep anything. What was read is as good without.
        """
        with suppress(UnavailableError):
            self._library.write("offer_top", (keys.version, keys.top), version, body, TOP_SECONDS)
