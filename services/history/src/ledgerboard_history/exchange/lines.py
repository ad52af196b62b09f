"""The lines of an export: JSON, one record a line, each with a literal ``type``. Fields are only ever added."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from ledgerboard_contracts import BoardDefinition, Correction, Fact, Rejection
from ledgerboard_contracts.scores import AwareDatetime, BoardName, BoardVersion
from ledgerboard_ledger import Exported, RecordedFact, RecordedVersion

VERSION: Final = 1


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One line."""


class HeaderLine(_Line, frozen=True, kw_only=True, tag="export"):
    """The first line. ``board`` is null for the whole ledger."""

    version: int
    board: str | None
    exported_at: AwareDatetime


class BoardLine(_Line, frozen=True, kw_only=True, tag="board"):
    """One version of a board's definition."""

    definition: BoardDefinition
    created_at: AwareDatetime


class CorrectionLine(_Line, frozen=True, kw_only=True, tag="correction"):
    """One correction."""

    correction: Correction


class FactLine(_Line, frozen=True, kw_only=True, tag="fact"):
    """One fact."""

    board: BoardName
    board_version: BoardVersion
    envelope_id: UUID
    fact: Fact


class RejectionLine(_Line, frozen=True, kw_only=True, tag="rejection"):
    """One rejection."""

    rejection: Rejection


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many records of a ``type`` of line are of a ``board``; of none: those that are about all boards."""

    type: str
    records: int
    board: str | None = None


class EndLine(_Line, frozen=True, kw_only=True, tag="end", omit_defaults=True):
    """The last line: how many records stand before it, and of which parts. A file without it is cut off.

    Exports of earlier releases do not say the parts.
    """

    records: int
    parts: tuple[Part, ...] | None = None


Line = HeaderLine | BoardLine | CorrectionLine | FactLine | RejectionLine | EndLine

_encode: Final = msgspec.json.Encoder().encode
_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def encode_line(line: Line) -> bytes:
    """``line`` with its line feed."""
    return _encode(line) + b"\n"


def decode_line(raw: bytes) -> Line:
    """The line in ``raw``. Raises what msgspec raises."""
    return _decoder.decode(raw)


def header(board: str | None, at: datetime) -> HeaderLine:
    """The first line of this release."""
    return HeaderLine(version=VERSION, board=board, exported_at=at)


def line_of(record: Exported) -> Line:
    """The line of a record."""
    match record:
        case RecordedVersion():
            return BoardLine(definition=record.definition, created_at=record.created_at)
        case Correction():
            return CorrectionLine(correction=record)
        case RecordedFact():
            return FactLine(
                board=record.board,
                board_version=record.board_version,
                envelope_id=record.envelope_id,
                fact=record.fact,
            )
        case Rejection():
            return RejectionLine(rejection=record)
