"""The verdict on one submission: a fact, or a rejection in words that its submitter can read."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from ledgerboard_contracts import (
    BoardDefinition,
    BoardOptions,
    Fact,
    Rejection,
    RejectionReason,
    SeenSessions,
    Source,
    Submission,
    Submitters,
    is_tie_value,
)
from ledgerboard_ingest.levels import Numbers, level_objection
from ledgerboard_ingest.sessions import UNSEEN, session_objection

NO_LEVELS: Final[Numbers] = MappingProxyType({})
"""The numbers of no level, which is what most boards take."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside a message and its definition, and never changes: sessions, and the numbers of levels."""

    seen: SeenSessions = UNSEEN
    numbers: Numbers = field(default_factory=lambda: NO_LEVELS)


NOTHING: Final = Known()


def objection_of_all_but_levels(
    submission: Submission, definition: BoardDefinition, seen: SeenSessions
) -> tuple[RejectionReason, str] | None:
    """Why the board does not take the submission, whatever level it names."""
    return session_objection(seen, definition, submission) or _objection(submission, definition.options)


def judge_submission(
    submission: Submission, definition: BoardDefinition, envelope_id: UUID, known: Known = NOTHING
) -> Fact | Rejection:
    """The verdict on one submission by the definition that it names, and by what is known beside it. Pure."""
    objection = objection_of_all_but_levels(submission, definition, known.seen) or level_objection(
        known.numbers, definition, submission
    )
    if objection is not None:
        return _rejection(submission, *objection, envelope_id)
    return Fact(
        event_id=submission.event_id,
        player=submission.player,
        score=submission.score,
        occurred_at=submission.occurred_at,
        level=submission.level,
        attributes=submission.attributes,
        session=submission.session,
    )


def _objection(submission: Submission, options: BoardOptions) -> tuple[RejectionReason, str] | None:
    """Why the board does not take the submission, and that in words; both bounds are inclusive."""
    if options.submitters is Submitters.SERVERS and submission.source is Source.PLAYER:
        return RejectionReason.SUBMITTER_REFUSED, "this board takes scores from game servers only"
    if submission.score < options.min_score:
        detail = f"the score {submission.score} is below this board's minimum of {options.min_score}"
        return RejectionReason.SCORE_BELOW_MINIMUM, detail
    if submission.score > options.max_score:
        detail = f"the score {submission.score} is above this board's maximum of {options.max_score}"
        return RejectionReason.SCORE_ABOVE_MAXIMUM, detail
    attributes = submission.attributes or {}
    for tie in options.ties:
        if tie.attribute not in attributes:
            detail = f"the attribute {tie.attribute!r} is missing: it orders equal scores on this board"
            return RejectionReason.TIE_BREAK_MISSING, detail
        if not is_tie_value(attributes[tie.attribute]):
            detail = f"the attribute {tie.attribute!r} must be an integer within +-2^53: it orders equal scores"
            return RejectionReason.TIE_BREAK_INVALID, detail
    return None


def _rejection(submission: Submission, reason: RejectionReason, detail: str, envelope_id: UUID) -> Rejection:
    return Rejection(
        event_id=submission.event_id,
        board=submission.board,
        board_version=submission.board_version,
        player=submission.player,
        score=submission.score,
        occurred_at=submission.occurred_at,
        reason=reason,
        detail=detail,
        envelope_id=envelope_id,
    )
