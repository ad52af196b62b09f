"""All routes that read the ledger for users, in one place."""

from dataclasses import dataclass

from ledgerboard_gateway.http.event_routes import EventRoutes
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.play_routes import PlayRoutes
from ledgerboard_gateway.http.record_routes import RecordRoutes


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRoutes:
    """The objects whose methods are the views of plays, events, ranks over time and boards' records."""

    plays: PlayRoutes
    events: EventRoutes
    records: RecordRoutes

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [*self.plays.operations(), *self.events.operations(), *self.records.operations()]
