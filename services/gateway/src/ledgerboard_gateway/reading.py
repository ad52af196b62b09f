"""Put together what reads standings: the live boards behind a breaker, what is live of them, and the ledger."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerboard_boards import BoardStates
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.fallback import FallbackBoards
from ledgerboard_gateway.hot_boards import HotBoards
from ledgerboard_gateway.lives import Lives
from ledgerboard_gateway.standings import Standings
from ledgerboard_gateway.views import Views
from ledgerboard_infra.valkey import RedisClient
from ledgerboard_ledger import CachedVersions
from ledgerboard_ledger.standings import LedgerStandings

if TYPE_CHECKING:
    from ledgerboard_gateway.lives import Definitions, Generations, Versions
    from ledgerboard_gateway.metrics import GatewayMetrics
    from ledgerboard_infra.clock import Clock
    from ledgerboard_ledger import Endpoints


@dataclass(frozen=True, slots=True)
class Reading:
    """What the routes are given."""

    boards: HotBoards
    lives: Lives
    standings: Standings


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger, and how many questions of folds it is asked at a time: fewer than it has connections for."""

    endpoints: "Endpoints"
    seats: int


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of boards beside their standings."""

    definitions: "Definitions"
    versions: "Versions"
    generations: "Generations"


def reading(
    redis: RedisClient, stage: str, ledger: Ledger, record: Record, clock: "Clock", metrics: "GatewayMetrics"
) -> Reading:
    """The reading side of a gateway. Connects to nothing yet."""
    breaker = Breaker("Redis")
    boards = HotBoards(redis, stage, breaker)
    states = BoardStates(redis, stage, breaker)
    lives = Lives(states, record.generations, CachedVersions(record.versions), record.definitions)
    fallback = FallbackBoards(lives, Views(clock), metrics, seats=ledger.seats)
    return Reading(boards, lives, Standings(fallback, boards, LedgerStandings(ledger.endpoints), clock))
