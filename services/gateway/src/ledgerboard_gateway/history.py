"""Put together what reads the ledger for users. Bootstrap brings the clients."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ledgerboard_gateway import events, play_histories
from ledgerboard_gateway.board_records import BoardRecords, Statistics
from ledgerboard_gateway.events import Events
from ledgerboard_gateway.guarded import GuardedCorrections, GuardedRanks, GuardedStatistics
from ledgerboard_gateway.http import play_routes
from ledgerboard_gateway.http.event_routes import EventRoutes
from ledgerboard_gateway.http.history_routes import HistoryRoutes
from ledgerboard_gateway.http.play_routes import Definitions, PlayRoutes
from ledgerboard_gateway.http.record_routes import Ranks, RecordRoutes
from ledgerboard_gateway.play_histories import Bans, Corrections, PlayHistories
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import CorrectionsLog, LedgerReader, RankHistory

if TYPE_CHECKING:
    from ledgerboard_ledger import Endpoints


class Ledger(events.Ledger, play_routes.Ledger, play_histories.BestPlays, Protocol):
    """The record of plays, for all of its users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the ledger tells beside plays and events."""

    corrections: Corrections
    ranks: Ranks
    statistics: Statistics


def guarded_sources(endpoints: "Endpoints", counting: LedgerReader) -> Sources:
    """Each behind a breaker of its own. ``counting`` is what boards are counted by."""
    return Sources(
        corrections=GuardedCorrections(CorrectionsLog(endpoints)),
        ranks=GuardedRanks(RankHistory(endpoints)),
        statistics=GuardedStatistics(counting),
    )


def history_routes(
    ledger: Ledger, sources: Sources, definitions: Definitions, bans: Bans, clock: Clock
) -> HistoryRoutes:
    """The routes. Opens nothing."""
    histories = PlayHistories(sources.corrections, ledger, bans)
    records = BoardRecords(sources.statistics, clock)
    return HistoryRoutes(
        plays=PlayRoutes(ledger, definitions),
        events=EventRoutes(Events(ledger, clock), histories),
        records=RecordRoutes(definitions, sources.ranks, records, clock),
    )
