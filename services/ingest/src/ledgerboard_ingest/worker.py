"""Turn received messages into judgements, and each message's fate into a verdict.

The whole batch is judged first and sent together, and only then is any message done. A message that cannot be read, or
that holds a submission which nothing can judge, takes no batch-mate and no envelope-mate along. Corrections need no
judge: they go on to ``history`` as they came. What a gateway accepted by a clock that is too far ahead waits until
PostgreSQL's clock comes near: whatever is drawn from the ledger relies on that.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ledgerboard_contracts import MAX_CLOCK_SKEW, CorrectionsMessage, SubmissionEnvelope, event_time, wire
from ledgerboard_contracts.queues import SUBMISSIONS
from ledgerboard_contracts.wire import BrokenSubmission
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.sqs import OutgoingMessage, dead_letter
from ledgerboard_infra.stream import Dead, Done, Later, Message, Retry, Verdict
from ledgerboard_ingest.clocks import LedgerTime
from ledgerboard_ingest.fanout import Consignment, Fanout
from ledgerboard_ingest.judge import Judge, Judgement
from ledgerboard_ingest.metrics import IngestMetrics
from ledgerboard_ingest.packing import CORRELATION_ID

UNDEFINED_RECEIVES: Final = 3
"""At this receive, submissions without a definition are dead-lettered on their own.

The gateway stores a version before it sends anything that names it, and ingest asks the writer, so absence is no
replica's lag. The tries before are for an operator who restores a database under running services.
"""

AHEAD_RECEIVES: Final = SUBMISSIONS.max_receives
"""At this receive, submissions that a gateway's clock put into the future are dead-lettered on their own."""

MOST_AHEAD: Final = timedelta(hours=1)
"""What is further ahead of PostgreSQL's clock is not waited for."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One message, read and judged; ``source`` and ``judgement`` are there if it held submissions.

    ``corrections`` is the message to relay, and ``corrected`` how many corrections are in it.
    """

    verdict: Verdict
    source: SubmissionEnvelope | None = None
    judgement: Judgement | None = None
    dead_letters: tuple[OutgoingMessage, ...] = ()
    broken: int = 0
    corrections: tuple[OutgoingMessage, ...] = ()
    corrected: int = 0


@dataclass(frozen=True, slots=True)
class _Opened:
    """Submissions that can be read, beside those that cannot."""

    source: SubmissionEnvelope
    broken: Sequence[BrokenSubmission]


class SubmissionsHandler:
    """The consumer of ``submissions``.

    Safe to repeat: judging is pure and derived envelopes keep their ids, so a repeat sends what its consumers know.
    """

    def __init__(self, judge: Judge, fanout: Fanout, time: LedgerTime, metrics: IngestMetrics) -> None:
        self._judge = judge
        self._fanout = fanout
        self._time = time
        self._metrics = metrics

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """Judge and send on. Raises `UnavailableError` when definitions, sessions or queues cannot be reached."""
        opened = [self._in_time(_open(message)) for message in batch]
        judgements = iter(self._judge.judge([each.source for each in opened if isinstance(each, _Opened)]))
        readings = [
            _judged(message, each, next(judgements)) if isinstance(each, _Opened) else each
            for message, each in zip(batch, opened, strict=True)
        ]
        judged = [(each.source, each.judgement) for each in readings if each.source and each.judgement]
        self._fanout.send(
            Consignment(
                envelopes=[envelope for _, each in judged for envelope in each.envelopes],
                rejections=[(source.correlation_id, each.rejections) for source, each in judged if each.rejections],
                dead_letters=[letter for reading in readings for letter in reading.dead_letters],
                corrections=[message for reading in readings for message in reading.corrections],
            )
        )
        for reading in readings:
            self._count(reading)
        return [reading.verdict for reading in readings]

    def _in_time(self, opened: "_Opened | _Reading") -> "_Opened | _Reading":
        """Put off what was accepted by a clock that is too far ahead, all of it: one clock stamped it."""
        if not isinstance(opened, _Opened) or not opened.source.submissions:
            return opened
        latest = event_time(max(each.event_id for each in opened.source.submissions))
        if self._time.has_reached(latest - MAX_CLOCK_SKEW):
            return opened
        self._metrics.submissions.labels("early").inc(len(opened.source.submissions))
        reason = f"accepted at {latest.isoformat()}, by a clock that runs ahead of PostgreSQL's"
        return _Reading(Later(reason) if self._time.has_reached(latest - MOST_AHEAD) else Dead(reason))

    def _count(self, reading: _Reading) -> None:
        self._metrics.corrections.inc(reading.corrected)
        if reading.judgement is None:
            return
        facts = sum(len(envelope.facts) for envelope in reading.judgement.envelopes)
        rejected = reading.judgement.rejections
        outcomes = {
            "accepted": facts,
            "rejected": len(rejected),
            "broken": reading.broken,
            "undefined": _size(reading.judgement.undefined),
            "astray": _size(reading.judgement.astray),
            "ahead": _size(reading.judgement.ahead),
        }
        for outcome, count in outcomes.items():
            self._metrics.submissions.labels(outcome).inc(count)
        for reason, count in Counter(rejection.reason for rejection in rejected).items():
            self._metrics.rejections.labels(reason.value).inc(count)
        for letter in reading.dead_letters:
            _log.error("submission dead-lettered", **letter.attributes)


def _open(message: Message) -> "_Opened | _Reading":
    try:
        source, broken = wire.decode_submissions(message.body)
    except wire.NewerVersionError as error:
        return _Reading(Retry(str(error)))
    except wire.UndecodableError as error:
        return _Reading(Dead(str(error)))
    return _relayed(message, source) if isinstance(source, CorrectionsMessage) else _Opened(source, broken)


def _judged(message: Message, opened: _Opened, judgement: Judgement) -> _Reading:
    """Whatever waits for something lets its mates go on, and is dead-lettered without them when it waited enough."""
    source, broken = opened.source, opened.broken
    if judgement.undefined and message.receive_count < UNDEFINED_RECEIVES:
        return _Reading(Retry(_undefined_reason(judgement.undefined[0])), source, judgement)
    if judgement.ahead and message.receive_count < AHEAD_RECEIVES:
        return _Reading(Retry(_ahead_reason(judgement.ahead[0])), source, judgement)
    origin = _origin(message, source)
    letters = [dead_letter(each.raw, each.reason, source=origin) for each in broken]
    for parts, reason in (
        (judgement.undefined, _undefined_reason),
        (judgement.ahead, _ahead_reason),
        (judgement.astray, _astray_reason),
    ):
        letters += [dead_letter(wire.encode(part), reason(part), source=origin) for part in parts]
    return _Reading(Done(), source, judgement, tuple(letters), len(broken))


def _relayed(message: Message, source: CorrectionsMessage) -> _Reading:
    """The body as it came: a field that a later release added reaches a history that knows it."""
    outgoing = OutgoingMessage(message.body, {CORRELATION_ID: source.correlation_id})
    return _Reading(Done(), corrections=(outgoing,), corrected=len(source.corrections))


def _size(envelopes: Sequence[SubmissionEnvelope]) -> int:
    return sum(len(envelope.submissions) for envelope in envelopes)


def _undefined_reason(undefined: SubmissionEnvelope) -> str:
    first = undefined.submissions[0]
    return f"board {first.board!r} has no version {first.board_version}"


def _astray_reason(astray: SubmissionEnvelope) -> str:
    first = astray.submissions[0]
    return f"board {first.board!r} has no session {first.session!r}"


def _ahead_reason(ahead: SubmissionEnvelope) -> str:
    first = ahead.submissions[0]
    return f"accepted in session {first.session!r} of board {first.board!r} by a clock that runs ahead"


def _origin(message: Message, source: SubmissionEnvelope) -> dict[str, str]:
    return {
        "source_queue": SUBMISSIONS.name,
        "source_message_id": message.message_id,
        "envelope_id": str(source.envelope_id),
        "correlation_id": source.correlation_id,
        "receive_count": str(message.receive_count),
    }
