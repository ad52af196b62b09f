"""Envelopes on their way into the boards, and what becomes of each."""

from dataclasses import dataclass
from enum import StrEnum

from ledgerboard_contracts import FactEnvelope


class Outcome(StrEnum):
    """What became of one envelope. Doubles as the ``outcome`` label of ``ranker_envelopes``."""

    FOLDED = "folded"
    UNCHANGED = "unchanged"
    """No view changed: the envelope is a repeat, or nobody in it did better than before."""
    UNDEFINED = "undefined"
    """There is no such version of the board, so far."""
    POSTPONED = "postponed"
    """What must be drawn before waits for somebody's transaction."""


@dataclass(slots=True)
class Arrival:
    """An envelope on its way into the boards.

    ``recorded``: history told it again. ``partial``: it lacks facts that it came with, so no mark may say that it is
    there.
    """

    envelope: FactEnvelope
    recorded: bool = False
    partial: bool = False
    outcome: Outcome = Outcome.UNCHANGED
