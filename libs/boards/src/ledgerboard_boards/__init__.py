"""The boards as Redis holds them: keys, sort-key codec, function library, states, writer and reader."""

from ledgerboard_boards.announcements import TopAnnouncements
from ledgerboard_boards.buckets import Bucket, RedisBuckets, Taken
from ledgerboard_boards.grouping import GroupedLibrary
from ledgerboard_boards.hot import HotTops
from ledgerboard_boards.keys import STAGE_PATTERN
from ledgerboard_boards.library import Guard
from ledgerboard_boards.orders import AMBIGUOUS, STALE, FoldOrder, FoldResult, PagePart, Refusal, envelope_time
from ledgerboard_boards.pulse import Beat, Identity, Look, RedisPulse
from ledgerboard_boards.reader import RedisStandings
from ledgerboard_boards.reading import MovedError, RankTooDeepError, ViewExpiredError
from ledgerboard_boards.registry import Entry, GenerationInUseError, view_id
from ledgerboard_boards.restating import Following
from ledgerboard_boards.states import BoardState, BoardStates, GenerationState, Horizon, Live
from ledgerboard_boards.tops import CachedTop, UnchangedTop
from ledgerboard_boards.writer import RedisBoards
from ledgerboard_boards.writing import MARK_SECONDS

__all__ = [
    "AMBIGUOUS",
    "MARK_SECONDS",
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
    "Following",
    "GenerationInUseError",
    "GenerationState",
    "GroupedLibrary",
    "Guard",
    "Horizon",
    "HotTops",
    "Identity",
    "Live",
    "Look",
    "MovedError",
    "PagePart",
    "RankTooDeepError",
    "RedisBoards",
    "RedisBuckets",
    "RedisPulse",
    "RedisStandings",
    "Refusal",
    "Taken",
    "TopAnnouncements",
    "UnchangedTop",
    "ViewExpiredError",
    "envelope_time",
    "view_id",
]
