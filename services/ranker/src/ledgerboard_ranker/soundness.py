"""Keep facts that no ingest of ours would have sent from the boards, each for itself.

A name or a moment that no reader can ask for would stand in Redis all the same, where no ledger could ever tell why. So
it is left out here as history leaves it out there, and its message goes to the dead letters once the rest is folded.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ledgerboard_contracts import UNSOUND, Fact, FactEnvelope, check_board, check_play

_MOST_REASONS: Final = 5


def sound_part(envelope: FactEnvelope, unsound: list[str]) -> FactEnvelope | None:
    """``envelope`` without its unsound facts, which are told to ``unsound``; None where its board is no board."""
    try:
        check_board(envelope.board)
    except UNSOUND as error:
        unsound.append(f"envelope {envelope.envelope_id}: {error}")
        return None
    facts = tuple(fact for fact in envelope.facts if _is_sound(fact, unsound))
    return envelope if len(facts) == len(envelope.facts) else replace(envelope, facts=facts)


def reason_of(unsound: Sequence[str]) -> str:
    """Why a message is dead: the first few of its unsound facts."""
    rest = f" and {len(unsound) - _MOST_REASONS} more" if len(unsound) > _MOST_REASONS else ""
    return "; ".join(unsound[:_MOST_REASONS]) + rest


def _is_sound(fact: Fact, unsound: list[str]) -> bool:
    try:
        check_play(fact)
    except UNSOUND as error:
        unsound.append(f"event {fact.event_id}: {error}")
        return False
    return True
