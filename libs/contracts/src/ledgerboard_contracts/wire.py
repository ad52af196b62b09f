"""The wire form: JSON in and out of frozen dataclasses.

Fields are only ever added within a version, and unknown fields are ignored, so old and new services share a queue. What
cannot be understood is an error with a reason, never a guess.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

import msgspec

from ledgerboard_contracts.corrections import CorrectionKind
from ledgerboard_contracts.envelopes import (
    CorrectionsMessage,
    CorrelationId,
    FactsMessage,
    RecordedMessage,
    RejectionsMessage,
    RestatementsMessage,
    SettledMessage,
    SubmissionEnvelope,
)
from ledgerboard_contracts.scores import Submission
from ledgerboard_contracts.soundness import UNSOUND, check_corrections, check_submission

M = TypeVar("M")

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the JSON of version n into that of version n + 1. Pure."""


class UndecodableError(ValueError):
    """This body can never be understood. The message is the reason that goes with it to the dead-letter queue."""


class NewerVersionError(ValueError):
    """A newer service wrote this body. A replica that is already upgraded will understand it."""


@dataclass(frozen=True, slots=True)
class _Header:
    type: str
    version: int


_header: Final = msgspec.json.Decoder(_Header)
_encoder: Final = msgspec.json.Encoder()


def encode(message: object) -> str:
    """The JSON of a message or of any contract dataclass, compact.

    SQS takes only what XML 1.0 allows: the two characters that JSON may hold unescaped and XML may not are escaped.
    """
    text = _encoder.encode(message).decode()
    if text.isascii():
        return text
    return text.replace("\ufffe", r"\ufffe").replace("\uffff", r"\uffff")  # They only occur inside strings.


class Codec(Generic[M]):
    """Decodes the message types that one queue carries. ``upcasts`` maps (type, version) to the step upwards."""

    def __init__(self, *accepts: type[M], upcasts: Mapping[tuple[str, int], Upcast] | None = None) -> None:
        self._upcasts = dict(upcasts or {})
        self._decoders: dict[str, tuple[int, type[M], msgspec.json.Decoder[M]]] = {}
        for message_type in accepts:
            name, version = _literal(message_type, "type"), _literal(message_type, "version")
            self._decoders[name] = (version, message_type, msgspec.json.Decoder(message_type))

    def decode(self, body: str | bytes) -> M:
        """The message in ``body``. Raises `UndecodableError` or `NewerVersionError`."""
        try:
            header = _header.decode(body)
            if header.type not in self._decoders:
                raise UndecodableError(f"unknown type {header.type!r}: this queue carries {', '.join(self._decoders)}")
            version, message_type, decoder = self._decoders[header.type]
            if header.version == version:
                return decoder.decode(body)
            if header.version > version:
                raise NewerVersionError(f"{header.type} version {header.version} is newer than version {version}")
            return msgspec.convert(self._upcast(header, version, body), message_type)
        except msgspec.ValidationError as error:
            if kind := _later_kind(body):
                raise NewerVersionError(f"corrections of kind {kind!r} are of a later release") from error
            raise UndecodableError(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UndecodableError(str(error)) from error

    def _upcast(self, header: _Header, version: int, body: str | bytes) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.json.decode(body)
        for step in range(header.version, version):
            upcast = self._upcasts.get((header.type, step))
            if upcast is None:
                raise UndecodableError(f"{header.type} version {header.version} is no longer understood")
            try:
                document = upcast(document)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise UndecodableError(f"not a {header.type} of version {step}: {error!r}") from error
        return document


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: str


@dataclass(frozen=True, slots=True)
class _Kinds:
    corrections: tuple[_Kind, ...] = ()


_kinds: Final = msgspec.json.Decoder(_Kinds)


def _later_kind(body: str | bytes) -> str | None:
    """A kind of correction that this release does not know, as only a later one can have written it."""
    try:
        named = [each.kind for each in _kinds.decode(body).corrections]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return next((kind for kind in named if kind not in set(CorrectionKind)), None)


def _literal(message_type: type, field: str) -> Any:
    """The value of a field that is typed as a one-valued Literal."""
    return get_args(get_type_hints(message_type)[field])[0]


SUBMISSIONS: Final[Codec[SubmissionEnvelope | CorrectionsMessage]] = Codec(SubmissionEnvelope, CorrectionsMessage)
RANK: Final[Codec[FactsMessage | SettledMessage | RecordedMessage | RestatementsMessage]] = Codec(
    FactsMessage, SettledMessage, RecordedMessage, RestatementsMessage
)
HISTORY: Final[Codec[FactsMessage | RejectionsMessage | CorrectionsMessage]] = Codec(
    FactsMessage, RejectionsMessage, CorrectionsMessage
)


@dataclass(frozen=True, slots=True)
class BrokenSubmission:
    """One member of an envelope that could not be understood, as it arrived, and why."""

    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class _LooseEnvelope:
    envelope_id: UUID
    correlation_id: CorrelationId
    submissions: tuple[msgspec.Raw, ...]
    keyed: bool = False


_loose: Final = msgspec.json.Decoder(_LooseEnvelope)
_submission: Final = msgspec.json.Decoder(Submission)


def decode_submissions(
    body: str | bytes,
) -> tuple[SubmissionEnvelope | CorrectionsMessage, tuple[BrokenSubmission, ...]]:
    """The envelope's sound submissions, and apart from them each broken one: one never harms the others.

    Or the corrections, which are sound all together or not at all. Raises `UndecodableError` or `NewerVersionError`
    where the message itself cannot be read.
    """
    try:
        message = SUBMISSIONS.decode(body)
        if isinstance(message, CorrectionsMessage):
            check_corrections(message.corrections)
            return message, ()
        for submission in message.submissions:
            check_submission(submission)
    except (UndecodableError, *UNSOUND) as error:
        return _salvage(body, UndecodableError(str(error)))
    return message, ()


def _salvage(body: str | bytes, error: UndecodableError) -> tuple[SubmissionEnvelope, tuple[BrokenSubmission, ...]]:
    try:
        current = _header.decode(body) == _Header("ledgerboard.submissions", 1)
        loose = _loose.decode(body) if current else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise error from None
    if loose is None:
        raise error
    sound: list[Submission] = []
    broken: list[BrokenSubmission] = []
    for raw in loose.submissions:
        try:
            submission = _submission.decode(raw)
            check_submission(submission)
            sound.append(submission)
        except (msgspec.DecodeError, RecursionError, *UNSOUND) as cause:
            broken.append(BrokenSubmission(bytes(raw).decode(), str(cause)))
    others: dict[str, Any] = {name: getattr(loose, name) for name in ("envelope_id", "correlation_id", "keyed")}
    return SubmissionEnvelope(submissions=tuple(sound), **others), tuple(broken)
