"""The boards as Redis holds them: keys, sort-key codec, function library, writer and reader."""

from ledgerboard_boards.announcements import TopAnnouncements
from ledgerboard_boards.grouping import GroupedLibrary
from ledgerboard_boards.hot import HotTops
from ledgerboard_boards.keys import STAGE_PATTERN
from ledgerboard_boards.library import Guard
from ledgerboard_boards.reader import RedisStandings
from ledgerboard_boards.reading import RankTooDeepError, ViewExpiredError
from ledgerboard_boards.tops import CachedTop, UnchangedTop
from ledgerboard_boards.writer import FoldResult, Mark, RedisBoards, mark_of

__all__ = [
    "STAGE_PATTERN",
    "CachedTop",
    "FoldResult",
    "GroupedLibrary",
    "Guard",
    "HotTops",
    "Mark",
    "RankTooDeepError",
    "RedisBoards",
    "RedisStandings",
    "TopAnnouncements",
    "UnchangedTop",
    "ViewExpiredError",
    "mark_of",
]
