"""The bodies of answers about a player's best plays, ranks over time, and what a board comes to."""

from datetime import date

import msgspec

from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http.answers import PlayItem


class BestPlaysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A player's plays that count on a board, best first.

    ``next`` leads to those that follow, or is null where this page was not full.
    """

    board: str
    player: str
    scores: tuple[PlayItem, ...]
    next: str | None


class RankItem(msgspec.Struct, frozen=True, kw_only=True):
    """Where the player stood on a day. ``rank`` counts from 0, ``position`` from 1."""

    day: date
    rank: int
    position: int
    score: int


class RanksAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A player's ranks, oldest first. A day is missing on which the player was not among those that are kept."""

    board: str
    player: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    ranks: tuple[RankItem, ...]


class RecordAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What counts on a board, and how many scores it refused, as the ledger had it at ``as_of``."""

    board: str
    players: int
    plays: int
    first_play_at: AwareDatetime | None
    last_play_at: AwareDatetime | None
    rejections: int
    as_of: AwareDatetime
