"""The boards as Redis holds them: keys, sort-key codec, function library, writer and reader."""

from ledgerboard_boards.keys import STAGE_PATTERN
from ledgerboard_boards.reader import CachedTop, RedisStandings, ViewExpiredError
from ledgerboard_boards.writer import FoldResult, RedisBoards

__all__ = ["STAGE_PATTERN", "CachedTop", "FoldResult", "RedisBoards", "RedisStandings", "ViewExpiredError"]
