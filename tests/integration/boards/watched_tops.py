"""Hot tops over a real subscription, which tell what they were told and how often they asked."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from ledgerboard_boards import (
    CachedTop,
    HotTops,
    RedisStandings,
    TopAnnouncements,
    UnchangedTop,
)
from ledgerboard_contracts import ALL_TIME, BoardOptions, View
from ledgerboard_infra.valkey import RedisClient
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from ledgerboard_testkit.polling import eventually

NOW = datetime.now(UTC)
CHESS: Final = View("chess", ALL_TIME)


class CountedStandings(RedisStandings):
    """Counts how often a top was asked for."""

    asked = 0

    def top(self, view: View, options: BoardOptions) -> CachedTop:
        self.asked += 1
        return super().top(view, options)

    def top_since(self, view: View, options: BoardOptions, version: int) -> CachedTop | UnchangedTop:
        self.asked += 1
        return super().top_since(view, options, version)


class Watched(HotTops):
    """Tells what it was told, once it knows it, and how often it asked."""

    def __init__(self, client: RedisClient, stage: str) -> None:
        self.events: Counter[str] = Counter()
        self.versions: Counter[bytes] = Counter()
        self._standings = CountedStandings(client, stage)
        super().__init__(self._standings, stage)

    @property
    def asked(self) -> int:
        return self._standings.asked

    def connected(self) -> None:
        super().connected()
        self.events["connected"] += 1

    def lost(self) -> None:
        super().lost()
        self.events["lost"] += 1

    def heard(self, top_key: bytes, version: int) -> None:
        super().heard(top_key, version)
        self.versions[top_key] = max(version, self.versions[top_key])

    def moved(self, board: str) -> None:
        super().moved(board)
        self.events[f"{board} moved"] += 1


@contextmanager
def hot_tops(reads: RedisClient, subscribes: RedisClient, stage: str) -> Iterator[Watched]:
    hot = Watched(reads, stage)
    announcements = TopAnnouncements(subscribes, stage, hot)
    announcements.start()
    eventually(lambda: hot.events["connected"], what="a subscription")
    try:
        yield hot
    finally:
        announcements.close()


def fold(boards: FirstGeneration, player: str, score: int, board: str = "chess") -> None:
    boards.fold([(make_envelope(board, [make_fact(player, score, NOW)]), make_definition(board))], NOW)
