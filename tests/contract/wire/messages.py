"""The objects behind the golden files: what the first release sent, and what we send."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ledgerboard_contracts import (
    AttemptPeriod,
    BoardDefinition,
    BoardOptions,
    Correction,
    CorrectionKind,
    CorrectionsMessage,
    Fact,
    FactEnvelope,
    FactsMessage,
    MaxAttempts,
    MaxGain,
    OnSuspicion,
    Order,
    Policy,
    RecordedMessage,
    Rejection,
    RejectionReason,
    RejectionsMessage,
    Restatement,
    RestatementsMessage,
    Season,
    SettledEnvelope,
    SettledMessage,
    Source,
    Submission,
    SubmissionEnvelope,
    Submitters,
    TieBreak,
)

ENVELOPE_ID: Final = UUID("019aa2c5-7c11-7abc-8def-0123456789ab")
FIRST: Final = UUID("019aa2c5-7c00-7000-8000-000000000001")
SECOND: Final = UUID("019aa2c5-7c00-7000-8000-000000000002")
NOON: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER: Final = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
ATTRIBUTES: Final = {"car": "Ⅷ", "laps": [61.25, 60, None], "assist": False}

FACTS: Final = (
    Fact(event_id=FIRST, player="the|burning:monk", score=2**53, occurred_at=NOON),
    Fact(event_id=SECOND, player="Zoë 🎮", score=-(2**53), occurred_at=LATER, level="Zürich", attributes=ATTRIBUTES),
)
FIRST_RELEASE: Final[dict[str, Any]] = {
    "ledgerboard.submissions.v1": SubmissionEnvelope(
        envelope_id=ENVELOPE_ID,
        correlation_id="req-1.A_z",
        submissions=(
            Submission(
                event_id=FIRST, board="mario-kart", board_version=1,
                player="the|burning:monk", score=2**53, occurred_at=NOON,
            ),
            Submission(
                event_id=SECOND, board="lap.times", board_version=2**31 - 1, player="Zoë 🎮", score=-(2**53),
                occurred_at=LATER, level="Zürich", attributes=ATTRIBUTES,
            ),
        ),
    ),
    "ledgerboard.facts.v1": FactsMessage(
        envelopes=(
            FactEnvelope(
                envelope_id=ENVELOPE_ID, correlation_id="req-1.A_z", board="mario-kart", board_version=3, facts=FACTS
            ),
        )
    ),
    "ledgerboard.rejections.v1": RejectionsMessage(
        correlation_id="req-1.A_z",
        rejections=(
            Rejection(
                event_id=FIRST, board="mario-kart", board_version=3, player="Zoë 🎮", score=-1, occurred_at=LATER,
                reason=RejectionReason.SCORE_BELOW_MINIMUM, envelope_id=ENVELOPE_ID,
                detail="the score -1 is below this board's minimum of 0",
            ),
            Rejection(
                event_id=SECOND, board="mario-kart", board_version=3, player="Zoë 🎮", score=101, occurred_at=LATER,
                reason=RejectionReason.SCORE_ABOVE_MAXIMUM, envelope_id=ENVELOPE_ID,
                detail="the score 101 is above this board's maximum of 100",
            ),
        ),
    ),
    "board-definition": BoardDefinition(
        board="lap.times",
        version=3,
        options=BoardOptions(order=Order.ASC, min_score=0, max_score=100, title="Lap times, Zürich"),
    ),
}  # fmt: skip
"""What the first release sent: it may still wait in queues, and stands in databases."""

PLAYED_IN_SESSIONS: Final = SubmissionEnvelope(
    envelope_id=ENVELOPE_ID,
    correlation_id="req-1.A_z",
    submissions=(
        FIRST_RELEASE["ledgerboard.submissions.v1"].submissions[0],
        replace(FIRST_RELEASE["ledgerboard.submissions.v1"].submissions[1], session="cup final #1"),
    ),
)
RANKED: Final = BoardDefinition(
    board="lap.times",
    version=4,
    options=BoardOptions(
        order=Order.ASC, policy=Policy.LATEST, min_score=0, max_score=100, title="Lap times, Zürich", decimals=3,
        ties=(TieBreak(attribute="lives"), TieBreak(attribute="shots", order=Order.ASC)), time_zone="Europe/Zurich",
        seasons=(Season(key="cup-2026", start=NOON, end=NOON + timedelta(days=90)),), level_views=False,
        session_views=False, level_total_view=True,
    ),
)  # fmt: skip
SECOND_RELEASE: Final[dict[str, Any]] = {
    "ledgerboard.submissions.v1.session": PLAYED_IN_SESSIONS,
    "board-definition.ranking": RANKED,
}
"""What was sent before there were keyed envelopes and managed sessions."""

MANAGED: Final = replace(RANKED, version=5, options=replace(RANKED.options, managed_sessions=True))
THIRD_RELEASE: Final[dict[str, Any]] = {
    "ledgerboard.submissions.v1.keyed": replace(PLAYED_IN_SESSIONS, keyed=True),
    "ledgerboard.submissions.v1.unkeyed": PLAYED_IN_SESSIONS,
    "board-definition.sessions": MANAGED,
}
"""What was sent before submissions had a source, and boards rules against cheating."""

FOURTH_RELEASE: Final[dict[str, Any]] = {
    "board-definition.rules": replace(
        MANAGED, version=6, options=replace(
            MANAGED.options, submitters=Submitters.SERVERS, max_gain=MaxGain(score=500, seconds=60),
            max_attempts=MaxAttempts(plays=10, period=AttemptPeriod.DAY), on_suspicion=OnSuspicion.REFUSE,
        ),
    ),
    "board-definition.unruled": replace(MANAGED, version=7),
}  # fmt: skip
"""What was sent before boards said which levels players may name."""

PLAYED: Final = replace(FACTS[1], session="cup final #1")
SENT: Final[dict[str, Any]] = {
    "ledgerboard.submissions.v1.sourced": replace(
        PLAYED_IN_SESSIONS,
        submissions=(
            replace(PLAYED_IN_SESSIONS.submissions[0], source=Source.PLAYER), PLAYED_IN_SESSIONS.submissions[1]
        ),
    ),
    "ledgerboard.facts.v1.session": FactsMessage(
        envelopes=(replace(FIRST_RELEASE["ledgerboard.facts.v1"].envelopes[0], facts=(FACTS[0], PLAYED)),)
    ),
    "ledgerboard.rejections.v1": FIRST_RELEASE["ledgerboard.rejections.v1"],
    "ledgerboard.rejections.v1.ties": RejectionsMessage(
        correlation_id="req-1.A_z",
        rejections=tuple(
            replace(FIRST_RELEASE["ledgerboard.rejections.v1"].rejections[0], reason=reason, detail="'lives'")
            for reason in (RejectionReason.TIE_BREAK_MISSING, RejectionReason.TIE_BREAK_INVALID)
        ),
    ),
    "ledgerboard.rejections.v1.sessions": RejectionsMessage(
        correlation_id="req-1.A_z",
        rejections=tuple(
            replace(FIRST_RELEASE["ledgerboard.rejections.v1"].rejections[0], reason=reason, detail="'cup final #1'")
            for reason in (RejectionReason.SESSION_MISSING, RejectionReason.SESSION_CLOSED)
        ),
    ),
    "ledgerboard.rejections.v1.submitters": RejectionsMessage(
        correlation_id="req-1.A_z",
        rejections=(
            replace(
                FIRST_RELEASE["ledgerboard.rejections.v1"].rejections[0],
                reason=RejectionReason.SUBMITTER_REFUSED,
                detail="this board takes scores from game servers only",
            ),
        ),
    ),
    "ledgerboard.settled.v1": SettledMessage(
        envelopes=tuple(
            SettledEnvelope(board=board, envelope_id=ENVELOPE_ID) for board in ("mario-kart", "lap.times")
        )
    ),
    "ledgerboard.corrections.v1": CorrectionsMessage(
        correlation_id="req-1.A_z",
        corrections=(
            Correction(
                correction_id=FIRST, kind=CorrectionKind.VOID, occurred_at=LATER, reason="a bot, surely",
                author="ops@Zürich", board="mario-kart", player="Zoë 🎮", event_id=SECOND,
            ),
            Correction(
                correction_id=SECOND, kind=CorrectionKind.BAN, occurred_at=NOON, reason="chat", author="ops",
                player="the|burning:monk",
            ),
        ),
    ),
    "ledgerboard.restatements.v1": RestatementsMessage(
        correlation_id="req-1.A_z",
        restatements=(Restatement(board="mario-kart", player="Zoë 🎮"),),
    ),
    "ledgerboard.recorded.v1": RecordedMessage(
        envelopes=FIRST_RELEASE["ledgerboard.facts.v1"].envelopes,
    ),
    "ledgerboard.rejections.v1.names": RejectionsMessage(
        correlation_id="req-1.A_z",
        rejections=tuple(
            replace(
                FIRST_RELEASE["ledgerboard.rejections.v1"].rejections[0], reason=reason, detail="'Zürich' is not known"
            )
            for reason in (
                RejectionReason.SESSION_UNKNOWN, RejectionReason.LEVEL_UNKNOWN, RejectionReason.LEVELS_EXHAUSTED
            )
        ),
    ),
    "board-definition.levels": replace(
        MANAGED, version=8, options=replace(MANAGED.options, levels=("Zürich", "1"))
    ),
    "board-definition.counted": replace(MANAGED, version=9, options=replace(MANAGED.options, levels=12)),
}  # fmt: skip
"""What we send. A field that is added makes it differ from an older file, which then moves up there."""

MESSAGES: Final = FIRST_RELEASE | SECOND_RELEASE | THIRD_RELEASE | FOURTH_RELEASE | SENT
