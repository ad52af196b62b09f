"""The boards as Redis holds them: keys, sort-key codec, function library, states, writer and reader."""

from ledgerboard_boards.announcements import TopAnnouncements
from ledgerboard_boards.buckets import Bucket, RedisBuckets, Taken
from ledgerboard_boards.grouping import GroupedLibrary
from ledgerboard_boards.hot import HotTops
from ledgerboard_boards.keys import STAGE_PATTERN
from ledgerboard_boards.library import Guard
from ledgerboard_boards.orders import STALE, FoldOrder, FoldResult, Mark, Stale, mark_of
from ledgerboard_boards.pulse import Beat, Identity, Look, RedisPulse
from ledgerboard_boards.reader import RedisStandings
from ledgerboard_boards.reading import MovedError, RankTooDeepError, ViewExpiredError
from ledgerboard_boards.registry import Entry, GenerationInUseError, view_id
from ledgerboard_boards.states import BoardState, BoardStates, GenerationState, Horizon, Live
from ledgerboard_boards.tops import CachedTop, UnchangedTop
from ledgerboard_boards.writer import RedisBoards

__all__ = [
    "STAGE_PATTERN",
    "STALE",
    "Beat",
    "BoardState",
    "BoardStates",
    "Bucket",
    "CachedTop",
    "Entry",
    "FoldOrder",
    "FoldResult",
    "GenerationInUseError",
    "GenerationState",
    "GroupedLibrary",
    "Guard",
    "Horizon",
    "HotTops",
    "Identity",
    "Live",
    "Look",
    "Mark",
    "MovedError",
    "RankTooDeepError",
    "RedisBoards",
    "RedisBuckets",
    "RedisPulse",
    "RedisStandings",
    "Stale",
    "Taken",
    "TopAnnouncements",
    "UnchangedTop",
    "ViewExpiredError",
    "mark_of",
    "view_id",
]
