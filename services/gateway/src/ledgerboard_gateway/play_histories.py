"""Tell whether a play still counts, and why it was voided.

What counts is the ledger's own condition. It is asked for the page of the player's best plays that begins with this
one: a play that counts is the first of that page, and one that does not is not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ledgerboard_contracts import Order
from ledgerboard_ledger import Play, RecordedCorrection

_MOST: Final = 1000
"""Of a player with more corrections, older ones are not looked through for their reason."""


class Corrections(Protocol):
    """The record of corrections. Raises `UnavailableError` when it is down."""

    def page(
        self, before: UUID | None, limit: int, *, board: str | None = ..., player: str | None = ...
    ) -> Sequence[RecordedCorrection]:
        """Corrections older than one, newest first."""
        ...


class BestPlays(Protocol):
    """The record of plays. Raises `UnavailableError` when it is down."""

    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]:
        """Plays that count and follow one by score and id."""
        ...


class Bans(Protocol):
    """Who is banned, as far as it is known here."""

    def is_banned(self, player: str, board: str) -> bool:
        """Whether the player's plays are hidden on that board."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayHistory:
    """Whether a play counts on its board by now, and the corrections that void it, oldest first."""

    counts: bool
    voids: Sequence[RecordedCorrection]


class PlayHistories:
    """Reads the history of one play at a time."""

    def __init__(self, corrections: Corrections, plays: BestPlays, bans: Bans) -> None:
        self._corrections = corrections
        self._plays = plays
        self._bans = bans

    def of(self, play: Play) -> PlayHistory:
        """What is on record of it. Nobody's name is in it. A play that counts was not voided, so one query tells."""
        if not self._bans.is_banned(play.player, play.board) and self._counts(play):
            return PlayHistory(counts=True, voids=())
        known = self._corrections.page(None, _MOST, player=play.player)
        return PlayHistory(counts=False, voids=[each for each in reversed(known) if each.event_id == play.event_id])

    def _counts(self, play: Play) -> bool:
        just_before = play.score, UUID(int=play.event_id.int - 1)
        page = self._plays.best_plays(play.player, play.board, Order.DESC, just_before, 1)
        return [each.event_id for each in page] == [play.event_id]
