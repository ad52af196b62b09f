"""Corrections: facts about facts.

Nothing is taken out of the ledger. A correction says what no longer counts, and a view is the fold of the facts that
still do: those that are not voided, of players who are neither banned nor erased, from after the board's last reset.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID, uuid5

from msgspec import Meta

from ledgerboard_contracts.events import check_occurred_at, event_time
from ledgerboard_contracts.names import check_board, check_player
from ledgerboard_contracts.scores import AwareDatetime, BoardName, PlayerId

Words = Annotated[str, Meta(min_length=1, max_length=500)]

MAX_CLOCK_SKEW: Final = timedelta(seconds=30)
"""How far the clocks of gateways and of workers may lie apart. Facts that were accepted this long after a moment cannot
have been recorded before it."""


class CorrectionKind(StrEnum):
    """What a correction does."""

    VOID = "void"
    """One event no longer counts. It names event, board and player."""
    BAN = "ban"
    """All plays of a player are hidden until an unban, on one board or, without a board, on all of them."""
    UNBAN = "unban"
    """Ends every earlier ban of the player on that board, or, without a board, all those without one."""
    ERASE = "erase"
    """What a player did until now is made anonymous and no longer counts, on all boards."""
    RESET = "reset"
    """What was accepted on a board until now no longer counts."""
    DELETE = "delete"
    """As a reset, and the board is no longer listed nor read until it is defined or played anew."""


class InvalidCorrectionError(ValueError):
    """A correction lacks what its kind needs, or names what it does not apply to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One correction, as the ledger keeps it. ``correction_id`` is a UUIDv7; ``occurred_at`` is when it was accepted.

    ``author`` is who asked for it, ``reason`` why.
    """

    correction_id: UUID
    kind: CorrectionKind
    occurred_at: AwareDatetime
    reason: Words
    author: PlayerId
    board: BoardName | None = None
    player: PlayerId | None = None
    event_id: UUID | None = None


_NEEDS: Final = {
    CorrectionKind.VOID: ({"board", "player", "event_id"}, set[str]()),
    CorrectionKind.BAN: ({"player"}, {"board"}),
    CorrectionKind.UNBAN: ({"player"}, {"board"}),
    CorrectionKind.ERASE: ({"player"}, set[str]()),
    CorrectionKind.RESET: ({"board"}, set[str]()),
    CorrectionKind.DELETE: ({"board"}, set[str]()),
}
"""For each kind what it must name, and what it may."""


def check_correction(correction: Correction) -> Correction:
    """Return ``correction`` or raise: what is missing or too much, and what the checks of its names and times raise."""
    named = {name for name in ("board", "player", "event_id") if getattr(correction, name) is not None}
    needed, allowed = _NEEDS[correction.kind]
    if missing := sorted(needed - named):
        raise InvalidCorrectionError(f"a correction of kind {correction.kind.value} needs {missing[0]}")
    if extra := sorted(named - needed - allowed):
        raise InvalidCorrectionError(f"a correction of kind {correction.kind.value} has no {extra[0]}")
    event_time(correction.correction_id)
    check_occurred_at(correction.occurred_at)
    if correction.event_id is not None:
        event_time(correction.event_id)
    if correction.board is not None:
        check_board(correction.board)
    if correction.player is not None:
        check_player(correction.player)
    return correction


def restated_envelope_id(correction_id: UUID, event_id: UUID) -> UUID:
    """The envelope id under which a late fact of a corrected player is folded alone: the same at every redelivery."""
    return uuid5(correction_id, str(event_id))
