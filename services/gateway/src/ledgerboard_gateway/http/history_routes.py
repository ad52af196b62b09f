"""Read the ledger: a player's plays, and what became of an event."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Response

from ledgerboard_contracts import InvalidEventIdError
from ledgerboard_gateway.events import Pending
from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemError, ProblemType, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.query import PlaysQuery
from ledgerboard_gateway.http.requests import board_in_path, player_in_path
from ledgerboard_ledger import Play, Recorded, Rejected


class Ledger(Protocol):
    """The record of plays, newest first. Raises `UnavailableError` when it is down."""

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[Play]:
        """The first plays that are older than an event, or the newest."""
        ...


class Events(Protocol):
    """What is known of an event. Raises `InvalidEventIdError` for an id that was never given out."""

    def find(self, event_id: UUID) -> Recorded | Rejected | Pending | None:
        """What is known, or None."""
        ...


class HistoryRoutes:
    """The routes that read the ledger. They follow it by less than a second, and by more when workers are behind."""

    def __init__(self, ledger: Ledger, events: Events) -> None:
        self._ledger = ledger
        self._events = events

    def get_plays(self, query: Mapping[str, Any], player: str) -> Response:
        """Tell a page of a player's plays."""
        player_in_path(player)
        board, before, limit = query["board"], query["before"], query["limit"]
        if board is not None:
            board_in_path(board)
        plays = self._ledger.plays(player, board, before, limit)
        following = _following(player, board, limit, plays) if len(plays) == limit else None
        return rendering.answer(
            answers.PlaysAnswer(player=player, scores=tuple(map(rendering.play, plays)), next=following)
        )

    def get_event(self, event_id: str) -> Response:
        """Tell what became of an event."""
        try:
            found = self._events.find(UUID(event_id))
        except (ValueError, InvalidEventIdError) as error:
            raise invalid("event_id", "must be a UUIDv7 that this service gave out") from error
        if found is None:
            raise ProblemError(ProblemType.UNKNOWN_EVENT, "The ledger does not know this event.")
        return rendering.answer(rendering.event(found))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="history",
                method="GET",
                rule="/v1/players/<player>/scores",
                view=self.get_plays,
                summary="Read a player's plays",
                description="Newest first. Follow `next` for older ones. A player without plays has an empty page.",
                query=PlaysQuery,
                answers={200: Answer([answers.PlaysAnswer], e.PLAYS, "A page of plays")},
                problems=[P.UNAVAILABLE],
            ),
            Operation(
                tag="history",
                method="GET",
                rule="/v1/events/<event_id>",
                view=self.get_event,
                summary="Read what became of a submission",
                description="`pending` until the ledger knows it: less than a second, unless workers are behind. "
                "An id that no queue can hold any more (14 days) and that the ledger does not know is not found.",
                answers={
                    200: Answer(
                        [answers.PendingEvent, answers.RecordedEvent, answers.RejectedEvent], e.EVENT, "What is known"
                    )
                },
                problems=[P.UNKNOWN_EVENT, P.UNAVAILABLE],
            ),
        ]


def _following(player: str, board: str | None, limit: int, plays: Sequence[Play]) -> str:
    query: dict[str, str | int] = {"before": str(plays[-1].event_id), "limit": limit}
    if board is not None:
        query["board"] = board
    return f"/v1/players/{quote(player, safe='')}/scores?{urlencode(query)}"
