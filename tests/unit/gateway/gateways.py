"""A gateway whose every dependency is in memory, and a client for it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from ledgerboard_contracts import wire
from ledgerboard_gateway.access_settings import AccessSettings, Reads
from ledgerboard_gateway.accounts import Accounts
from ledgerboard_gateway.admission import guard
from ledgerboard_gateway.audits import Audits
from ledgerboard_gateway.authentication import Credentials
from ledgerboard_gateway.body_limits import BodyLimits
from ledgerboard_gateway.erased import EndingAccounts, Erased
from ledgerboard_gateway.exposition import Exposition
from ledgerboard_gateway.fallback import FallbackBoards
from ledgerboard_gateway.folds import Folds
from ledgerboard_gateway.founding import FoundingDefinitions
from ledgerboard_gateway.history import Sources, history_routes
from ledgerboard_gateway.http.account_routes import AccountRoutes
from ledgerboard_gateway.http.application import create_app
from ledgerboard_gateway.http.audit_routes import AuditRoutes
from ledgerboard_gateway.http.auditing import Auditing
from ledgerboard_gateway.http.board_routes import BoardRoutes
from ledgerboard_gateway.http.classic_routes import ClassicRoutes
from ledgerboard_gateway.http.client_addresses import ClientAddresses
from ledgerboard_gateway.http.documentation_routes import DocumentationRoutes
from ledgerboard_gateway.http.edge import Edge
from ledgerboard_gateway.http.entry import Entry
from ledgerboard_gateway.http.idempotency import Keys
from ledgerboard_gateway.http.limiting import Limiting
from ledgerboard_gateway.http.operation_routes import OperationRoutes
from ledgerboard_gateway.http.ownership import Ownership
from ledgerboard_gateway.http.placing_routes import PlacingRoutes
from ledgerboard_gateway.http.player_routes import PlayerRoutes
from ledgerboard_gateway.http.protection import Policy, Protection
from ledgerboard_gateway.http.published_routes import PublishedRoutes
from ledgerboard_gateway.http.quick_reads import QuickReads
from ledgerboard_gateway.http.request_checks import RequestChecks
from ledgerboard_gateway.http.routes import Routes
from ledgerboard_gateway.http.score_routes import ScoreRoutes
from ledgerboard_gateway.http.standing_routes import StandingRoutes
from ledgerboard_gateway.http.user_score_routes import UserScoreRoutes
from ledgerboard_gateway.idempotency import Idempotency
from ledgerboard_gateway.key_makers import KeyMakers
from ledgerboard_gateway.key_settings import KeySettings
from ledgerboard_gateway.keys import keys
from ledgerboard_gateway.limit_settings import LimitSettings
from ledgerboard_gateway.limits import Limits
from ledgerboard_gateway.lives import Lives
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.moderation import moderation_routes
from ledgerboard_gateway.places import PlayPlaces
from ledgerboard_gateway.process_buckets import ProcessBuckets
from ledgerboard_gateway.publisher import Publisher
from ledgerboard_gateway.sessions import game_routes
from ledgerboard_gateway.settings import ClassicBoards, PublisherSettings, WaitSettings
from ledgerboard_gateway.showing import Showing
from ledgerboard_gateway.standings import Standings
from ledgerboard_gateway.submit import Submissions
from ledgerboard_gateway.views import Views
from ledgerboard_gateway.words import Words
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.secrets import StaticKey
from ledgerboard_testkit.memory import (
    FixedClock,
    MemoryAudit,
    MemoryBuckets,
    MemoryKeyedRequests,
    MemoryLedger,
    MemoryNames,
    MemoryRanks,
    MemoryRecord,
    MemoryReviews,
    MemoryServerKeys,
    MemorySessionRecord,
    MemorySessions,
)
from tests.unit.gateway.closing_memory import MemoryClosed
from tests.unit.gateway.credentials import MemoryKeys, MemoryTokens
from tests.unit.gateway.memory_boards import MemoryBoards, MemoryFold, MemoryGenerations
from tests.unit.gateway.memory_ends import MemoryProbe, MemoryQueue
from tests.unit.gateway.memory_users import MemoryUsers
from tests.unit.gateway.operating import MemoryCorrectionsLog, Operating

if TYPE_CHECKING:
    from flask.testing import FlaskClient

KEY: Final = "a-key-of-sixteen+"
WORDS: Final = Words(["potato"])
DEFAULT_LIMITS: Final = LimitSettings()
MAX_BODY_BYTES: Final = 20_000
CLASSIC: Final = ClassicBoards(games="games", scores="games", levels="games-by-level")


class MemoryGateway:
    """The whole gateway but its clients."""

    def __init__(
        self,
        reads: Reads = Reads.PUBLIC,
        limits: LimitSettings = DEFAULT_LIMITS,
        *,
        most_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self.reads = reads
        self.queue, self.probe, self.clock = MemoryQueue(), MemoryProbe(), FixedClock()
        self.kept_keys = MemoryServerKeys()
        self.server_keys = keys(self.kept_keys, KeySettings(), self.clock)
        self.keys, self.tokens = MemoryKeys(self.server_keys.known), MemoryTokens(self.clock)
        self.record, self.ledger, self.generations = MemoryRecord(), MemoryLedger(), MemoryGenerations()
        self.ranks, self.users = MemoryRanks(), MemoryUsers(self.tokens.issue)
        self.accounts = Accounts(self.users, self.ledger, "players", auto_confirm=True, calls=2)
        self.boards = MemoryBoards(self.clock, self.generations)
        self.fold = MemoryFold(self.boards)
        self.log = MemoryCorrectionsLog()
        self.erased = Erased(self.log, self.clock, 1, timedelta(seconds=30))
        ending = EndingAccounts(self.accounts, self.erased, self.clock)
        self.operating = Operating(self.ledger, self.record, ending, self.log, self.queue, self.clock)
        self.folds, self.lines = Folds(), list[str]()
        self.registry = CollectorRegistry()
        metrics = GatewayMetrics(self.registry)
        self.buckets, own = MemoryBuckets(self.clock), ProcessBuckets(monotonic=lambda: self.clock.now().timestamp())
        self.addresses, self.audit = ClientAddresses([]), MemoryAudit()
        self.auditing = Auditing(Audits(self.audit, self.clock, new_uuid7))
        limited = Limits(self.buckets, own, limits, self.server_keys.known.rate, metrics)
        self.limiting = Limiting(limited, self.addresses)
        self.makers = KeyMakers(self.server_keys.known, self.kept_keys, self.accounts, "managers", self.clock, 1)
        known = Credentials(
            root=StaticKey(KEY), keys=self.keys, tokens=self.tokens, erased=self.erased, makers=self.makers
        )
        self.guard = guard(AccessSettings(reads=reads), known, self.limiting, self.clock)
        self.keyed = MemoryKeyedRequests(self.clock)
        self.write_keys = Keys(Idempotency(self.keyed, self.clock, uuid4), self.limiting, metrics)
        settings = PublisherSettings(timeout_seconds=1.0, senders=1)
        self.publisher = Publisher(self.queue, settings, metrics, lambda: new_uuid7(self.clock.now()))
        self.lives = Lives(self.boards, self.generations, self.record, self.record)
        fallback = FallbackBoards(self.lives, Views(self.clock), metrics)
        standings = Standings(fallback, self.boards, self.fold, self.clock)
        self.closed = MemoryClosed(self.record, self.clock)
        places = PlayPlaces(self.boards, self.lives)
        showing = Showing(places, self.ledger, self.folds, WaitSettings(seconds=1, requests=2))
        sources = Sources(corrections=self.operating.log, ranks=self.ranks, statistics=self.ledger)
        self.sessions = MemorySessions(self.clock)
        kept = MemorySessionRecord(self.sessions, self.sessions, self.sessions)
        self.reviews, self.names = MemoryReviews(), MemoryNames()
        entry = Entry(Ownership(self.record, CLASSIC.all), self.operating.bans, self.limiting)
        scores = ScoreRoutes(
            Submissions(
                FoundingDefinitions(self.record, self.auditing.made_board), self.publisher, self.clock, new_uuid7
            ),
            entry,
            showing,
            metrics,
        )
        routes = Routes(
            scores=scores,
            standings=StandingRoutes(standings),
            players=PlayerRoutes(standings),
            placings=PlacingRoutes(standings),
            history=history_routes(self.ledger, sources, self.record, self.operating.bans, self.clock),
            boards=BoardRoutes(self.record, self.record, self.operating.rebuilds),
            closings=self.closed.routes,
            games=game_routes(self.record, kept, self.operating.bans, self.clock),
            operators=self.operating.routes,
            moderation=moderation_routes(
                self.reviews, self.names, self.operating.bans, self.queue, WORDS, self.clock, self.operating.moments
            ),
            keys=self.server_keys.routes,
            audit=AuditRoutes(self.audit),
            accounts=AccountRoutes(self.accounts, self.limiting, WORDS),
            user_scores=UserScoreRoutes(scores, CLASSIC.games),
            classic=ClassicRoutes(CLASSIC, self.record, standings, self.ledger, self.clock),
            published=PublishedRoutes(standings),
            operations=OperationRoutes(self.probe, Exposition(self.registry, None)),
            documentation=DocumentationRoutes(),
        )
        self.app = create_app(routes, self.guard, self.write_keys, self.auditing, BodyLimits(most_body_bytes, 4, 4))
        self.draining = False
        self.flask = self.app.wsgi_app
        quick = QuickReads(self.flask, routes.players.get_standing, self.guard)
        edge = Edge(
            Protection(RequestChecks(quick), Policy()),
            metrics,
            self.clock,
            self.lines.append,
            lambda: self.draining,
            self.addresses,
        )
        self.app.wsgi_app = edge  # type: ignore[method-assign]  # As Flask's own documentation has it.
        self.players = routes.players
        self.client: FlaskClient = self.app.test_client()

    @property
    def authorization(self) -> str:
        return f"Bearer {KEY}"

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    def write(self, method: str, path: str, body: Any, *, headers: Mapping[str, str] | None = None) -> TestResponse:
        """A write with the key; ``body`` is sent as it is if it is bytes, else as JSON."""
        given = {"Authorization": self.authorization, "Content-Type": "application/json"} | dict(headers or {})
        data = body if isinstance(body, bytes) else wire.encode(body).encode()
        return self.client.open(path, method=method, data=data, headers=given)

    def post(self, path: str, body: Any) -> TestResponse:
        return self.write("POST", path, body)

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0


@contextmanager
def running(
    reads: Reads = Reads.PUBLIC, limits: LimitSettings = DEFAULT_LIMITS, *, most_body_bytes: int = MAX_BODY_BYTES
) -> Iterator[MemoryGateway]:
    """A gateway that sends."""
    made = MemoryGateway(reads, limits, most_body_bytes=most_body_bytes)
    made.publisher.start()
    try:
        yield made
    finally:
        made.publisher.close(5)
