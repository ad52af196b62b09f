"""The live boards as the gateway reads them: whatever lies within the first `TOP_N` places comes from hot tops.

A read notes which top it was made of. Whoever keeps the finished answer can so tell, without a question to anybody,
whether the same read would give the same answer now.
"""

import threading
from dataclasses import dataclass
from typing import Final

import msgspec

from ledgerboard_boards import CachedTop, GroupedLibrary, Guard, HotTops, RedisStandings
from ledgerboard_boards.reading import share_ranks
from ledgerboard_contracts import TOP_N, BoardOptions, Ranking, Standing, StandingsPage, View
from ledgerboard_gateway.lives import NOT_PROJECTED
from ledgerboard_infra.valkey import RedisClient

_decode: Final = msgspec.json.Decoder(tuple[Standing, ...]).decode


@dataclass(frozen=True, slots=True)
class HotRead:
    """What a page was made of."""

    view: View
    options: BoardOptions
    top: CachedTop


class HotBoards(RedisStandings):
    """As `RedisStandings`. The ``total`` of a page within the top is at most `FRESH_SECONDS` old, the rows are of now.

    Of now means: no older than what was announced before the read began; and while no announcements are heard, every
    read asks Redis.
    """

    def __init__(self, client: RedisClient, stage: str, guard: Guard) -> None:
        super().__init__(client, stage, GroupedLibrary(client, guard))
        self.tops: Final = HotTops(RedisStandings(client, stage, GroupedLibrary(client, guard)), stage)
        self._thread = threading.local()

    def watch(self) -> None:
        """Begin to note what this thread reads."""
        self._thread.seen = None

    def seen(self) -> HotRead | None:
        """What this thread last read from a hot top since `watch`, or None."""
        read: HotRead | None = getattr(self._thread, "seen", None)
        return read

    def kept(self, view: View, options: BoardOptions) -> CachedTop | None:
        """The top of now if it is at hand; asks nobody."""
        return self.tops.kept(view, options)

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        """The first `TOP_N` places, rendered."""
        if view.generation == NOT_PROJECTED:  # That there is none may change without a word, so nobody keeps it.
            return super().top(view, options)
        found = self.tops.top(view, options)
        self._thread.seen = HotRead(view, options, found)
        return found

    def page(
        self, view: View, options: BoardOptions, start: int, stop: int, ranking: Ranking = Ranking.ORDINAL
    ) -> StandingsPage:
        """Consecutive standings, half-open."""
        if not 0 <= start < stop <= TOP_N:
            return super().page(view, options, start, stop, ranking)
        top = self.top(view, options)
        standings = share_ranks(_decode(top.body), 0, ranking)  # A shared rank depends on better entries only.
        return StandingsPage(standings=standings[start:stop], total=top.total)
