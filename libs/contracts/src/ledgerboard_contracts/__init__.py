"""The words that Ledgerboard's services share: submissions, facts, envelopes, boards, periods. No I/O."""

from ledgerboard_contracts.attributes import InvalidAttributesError, check_attributes
from ledgerboard_contracts.boards import (
    DEFAULT_OPTIONS,
    BoardDefinition,
    BoardOptions,
    InvalidDefinitionError,
    Order,
    Policy,
)
from ledgerboard_contracts.envelopes import (
    MAX_MESSAGE_BYTES,
    FactEnvelope,
    FactsMessage,
    RejectionsMessage,
    SubmissionEnvelope,
    derived_envelope_id,
)
from ledgerboard_contracts.events import InvalidEventIdError, InvalidTimeError, check_occurred_at, event_time
from ledgerboard_contracts.names import InvalidNameError, check_board, check_level, check_player
from ledgerboard_contracts.periods import (
    ALL_TIME,
    InvalidPeriodKeyError,
    Period,
    Span,
    span_containing,
    span_from_key,
    spans_of,
)
from ledgerboard_contracts.scores import (
    MAX_ATTRIBUTES_BYTES,
    MAX_SCORE,
    Fact,
    Rejection,
    RejectionReason,
    Submission,
)
from ledgerboard_contracts.standings import Standing, StandingsPage
from ledgerboard_contracts.views import TOP_N, View

__all__ = [
    "ALL_TIME",
    "DEFAULT_OPTIONS",
    "MAX_ATTRIBUTES_BYTES",
    "MAX_MESSAGE_BYTES",
    "MAX_SCORE",
    "TOP_N",
    "BoardDefinition",
    "BoardOptions",
    "Fact",
    "FactEnvelope",
    "FactsMessage",
    "InvalidAttributesError",
    "InvalidDefinitionError",
    "InvalidEventIdError",
    "InvalidNameError",
    "InvalidPeriodKeyError",
    "InvalidTimeError",
    "Order",
    "Period",
    "Policy",
    "Rejection",
    "RejectionReason",
    "RejectionsMessage",
    "Span",
    "Standing",
    "StandingsPage",
    "Submission",
    "SubmissionEnvelope",
    "View",
    "check_attributes",
    "check_board",
    "check_level",
    "check_occurred_at",
    "check_player",
    "derived_envelope_id",
    "event_time",
    "span_containing",
    "span_from_key",
    "spans_of",
]
