"""Submissions and definitions in memory, for the tests of whoever judges."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from ledgerboard_contracts import BoardDefinition, BoardOptions, Submission, SubmissionEnvelope, wire
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Message
from ledgerboard_testkit.strategies import uuid7

NOON: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SOURCE_ID: Final = uuid7(int(NOON.timestamp() * 1000), 7)


def submission(number: int = 0, *, board: str = "race", board_version: int = 1, **others: Any) -> Submission:
    """A sound submission; ``number`` makes its event id its own."""
    defaults: dict[str, Any] = {"player": f"player-{number}", "score": 100 + number, "occurred_at": NOON}
    event_id = uuid7(int(NOON.timestamp() * 1000), number)
    return Submission(event_id=event_id, board=board, board_version=board_version, **(defaults | others))


def submission_envelope(
    *submissions: Submission, envelope_id: UUID = SOURCE_ID, correlation_id: str = "c-1"
) -> SubmissionEnvelope:
    """An envelope as the gateway sends it."""
    return SubmissionEnvelope(envelope_id=envelope_id, correlation_id=correlation_id, submissions=submissions)


def received(body: str | SubmissionEnvelope, *, receive_count: int = 1) -> Message:
    """A message as the stream hands it over."""
    text = body if isinstance(body, str) else wire.encode(body)
    return Message(body=text, message_id="m-1", receive_count=receive_count, sent_at=NOON)


class MemoryDefinitions:
    """Definitions in a dict. ``asked`` counts the look-ups; while ``available`` is False there are none."""

    def __init__(self, definitions: Iterable[BoardDefinition] = ()) -> None:
        self._known = {(each.board, each.version): each for each in definitions}
        self.asked = 0
        self.available = True

    def define(self, board: str, version: int = 1, options: BoardOptions | None = None) -> BoardDefinition:
        """Make one version of a board."""
        definition = BoardDefinition(board=board, version=version, options=options or BoardOptions())
        self._known[board, version] = definition
        return definition

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """The definition or None. Raises `UnavailableError` while unavailable."""
        if not self.available:
            raise UnavailableError("definitions are down")
        self.asked += 1
        return self._known.get((board, version))
