"""Read the boards: pages, standings and the rendered top.

Whatever belongs together in an answer, such as score and rank or page and version, comes out of one function call, so
that no update can fall between.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
import redis

from ledgerboard_boards.codec import read_standing, read_standings
from ledgerboard_boards.keys import Keyspace, ViewKeys
from ledgerboard_boards.library import FunctionLibrary
from ledgerboard_contracts import TOP_N, BoardOptions, Standing, StandingsPage, View

TOP_SECONDS: Final = 30
"""How long a rendered top is kept at most, even if nothing ever drops it."""

_EXPIRED: Final = "EXPIRED"


class ViewExpiredError(Exception):
    """The view's period ended so long ago that its live view was let go; an empty answer would be a lie."""

    def __init__(self, view: View) -> None:
        super().__init__(f"the live ranking of {view.board} for {view.span.key} has expired")
        self.view = view


@dataclass(frozen=True, slots=True)
class CachedTop:
    """The first `TOP_N` places of a view, rendered.

    ``body`` is a JSON array, best first, of objects with ``rank``, ``position``, ``player``, ``score`` and
    ``achieved_at``; ``[]`` where nobody has played. ``version`` rises with each change of ``body`` and never goes back;
    it is 0 before the first play. ``total`` is the number of players in the view, always of now: a change below the
    top changes it while ``body`` and ``version`` stay.
    """

    version: int
    body: bytes
    total: int


class RedisStandings:
    """The live boards as they are read.

    A view that does not exist yet reads as an empty one. Every method raises `ViewExpiredError` for a view that is past
    its end by the server's clock, and `UnavailableError` where Redis is down or cannot serve now.
    """

    def __init__(self, client: redis.Redis, stage: str) -> None:
        self._keyspace = Keyspace(stage)
        self._library = FunctionLibrary(client)

    def page(self, view: View, options: BoardOptions, start: int, stop: int) -> StandingsPage:
        """The standings with ``start <= rank < stop`` (from 0), and the number of all players at that moment.

        An empty range gives no standings, never the whole board. Raises ValueError where ``start`` is negative.
        """
        if start < 0:
            raise ValueError(f"start must not be negative: {start}")
        keys = self._keyspace.of(view)
        total, flat = self._read(view, "page", (keys.entries,), keys.expires_at_seconds, start, stop)
        return StandingsPage(standings=read_standings(flat, start, options), total=total)

    def standing(self, view: View, options: BoardOptions, player: str) -> Standing | None:
        """The player's rank and score at one moment, or None for a player who has no play in the view."""
        keys = self._keyspace.of(view)
        where = (keys.entries, keys.prefixes)
        reply = self._read(view, "standing", where, keys.expires_at_seconds, player.encode())
        if reply is None:
            return None
        rank, key, prefix = reply
        return read_standing(rank, prefix, player, key, options)

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The rendered top: the kept one, or one made now and then kept for at most `TOP_SECONDS`."""
        keys = self._keyspace.of(view)
        where = (keys.entries, keys.version, keys.top)
        version, total, body, *rest = self._read(view, "top", where, keys.expires_at_seconds, TOP_N)
        if body is None:
            body = msgspec.json.encode(read_standings(rest[0], 0, options))
            self._offer(keys, version, body)
        return CachedTop(int(version), body, total)

    def _offer(self, keys: ViewKeys, version: bytes, body: bytes) -> None:
        """Keep ``body``, unless the top has changed since ``version`` was read: an older page must not come back."""
        self._library.write("offer_top", (keys.version, keys.top), version, body, TOP_SECONDS)

    def _read(self, view: View, function: str, keys: tuple[bytes, ...], *arguments: bytes | int) -> Any:
        try:
            return self._library.read(function, keys, *arguments)
        except redis.ResponseError as error:
            if str(error).startswith(_EXPIRED):
                raise ViewExpiredError(view) from None
            raise
