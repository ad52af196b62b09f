"""Read what became of an event, and whether its play still counts."""

from typing import Protocol
from uuid import UUID

from flask import Response

from ledgerboard_gateway.events import Pending
from ledgerboard_gateway.http import answers, rendering
from ledgerboard_gateway.http import examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import event_in_path, hold
from ledgerboard_gateway.play_histories import PlayHistory
from ledgerboard_ledger import Play, Recorded, Rejected


class Events(Protocol):
    """What is known of an event. Raises `InvalidEventIdError` for an id that was never given out."""

    def find(self, event_id: UUID) -> Recorded | Rejected | Pending | None:
        """What is known, or None."""
        ...


class Histories(Protocol):
    """What was corrected of plays. Raises `UnavailableError` when its record is down."""

    def of(self, play: Play) -> PlayHistory:
        """One play's history."""
        ...


class EventRoutes:
    """``/v1/events/{event_id}``."""

    def __init__(self, events: Events, histories: Histories) -> None:
        self._events = events
        self._histories = histories

    def get_event(self, event_id: str) -> Response:
        """Tell what became of an event."""
        found = self._events.find(event_in_path(event_id))
        if found is None:
            raise ProblemError(P.UNKNOWN_EVENT, "The ledger does not know this event.")
        if not isinstance(found, Pending):
            hold(found.play.board if isinstance(found, Recorded) else found.rejection.board)
        if isinstance(found, Recorded):
            return rendering.answer(rendering.recorded(found.play, self._histories.of(found.play)))
        return rendering.answer(rendering.event(found))

    def operations(self) -> list[Operation]:
        """This route, and what its documentation says."""
        known = [answers.PendingEvent, answers.RecordedEvent, answers.RejectedEvent]
        return [
            Operation(
                tag="history",
                method="GET",
                rule="/v1/events/<event_id>",
                view=self.get_event,
                summary="Read what became of a submission",
                description="`pending` until the ledger knows it: less than a second, unless workers are behind. "
                "Of a recorded one, `counts` tells whether it counts on its board by now, and `corrections` why it was "
                "voided, if it was. It also counts no more when its player is banned or erased, or its board was reset "
                "or deleted. An id that no queue can hold any more (14 days) and that the ledger does not know is not "
                "found.",
                answers={200: Answer(known, e.EVENT, "What is known")},
                problems=[P.UNKNOWN_EVENT, P.UNAVAILABLE],
            )
        ]
