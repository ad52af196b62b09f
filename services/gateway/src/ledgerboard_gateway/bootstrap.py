"""Turn settings into a running gateway. The only module that builds clients."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry

from ledgerboard_boards import TopAnnouncements
from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_contracts.queues import SUBMISSIONS
from ledgerboard_gateway.access_log import write_line
from ledgerboard_gateway.admission import guard, root_key
from ledgerboard_gateway.audits import Audits
from ledgerboard_gateway.authentication import Credentials
from ledgerboard_gateway.bans import Bans
from ledgerboard_gateway.corrections import Corrections
from ledgerboard_gateway.dead_letters import WAIT_SECONDS
from ledgerboard_gateway.erased import EndingAccounts, Erased
from ledgerboard_gateway.exposition import Exposition
from ledgerboard_gateway.folds import Folds
from ledgerboard_gateway.founding import FoundingDefinitions
from ledgerboard_gateway.guarded import GuardedDefinitions, GuardedGenerations, GuardedLedger, GuardedMoments
from ledgerboard_gateway.history import guarded_sources, history_routes
from ledgerboard_gateway.http.account_routes import AccountRoutes
from ledgerboard_gateway.http.application import create_app
from ledgerboard_gateway.http.audit_routes import AuditRoutes
from ledgerboard_gateway.http.auditing import Auditing
from ledgerboard_gateway.http.board_routes import BoardRoutes
from ledgerboard_gateway.http.classic_routes import ClassicRoutes
from ledgerboard_gateway.http.client_addresses import ClientAddresses
from ledgerboard_gateway.http.closing_routes import ClosingRoutes
from ledgerboard_gateway.http.documentation_routes import DocumentationRoutes
from ledgerboard_gateway.http.edge import Edge
from ledgerboard_gateway.http.entry import Entry
from ledgerboard_gateway.http.hook_routes import HookRoutes
from ledgerboard_gateway.http.layers import layered
from ledgerboard_gateway.http.operation_routes import OperationRoutes
from ledgerboard_gateway.http.ownership import Ownership
from ledgerboard_gateway.http.placing_routes import PlacingRoutes
from ledgerboard_gateway.http.player_routes import PlayerRoutes
from ledgerboard_gateway.http.published_routes import PublishedRoutes
from ledgerboard_gateway.http.routes import Routes
from ledgerboard_gateway.http.score_routes import ScoreRoutes
from ledgerboard_gateway.http.season_routes import SeasonRoutes
from ledgerboard_gateway.http.standing_routes import StandingRoutes
from ledgerboard_gateway.http.user_score_routes import UserScoreRoutes
from ledgerboard_gateway.identity import identity, key_makers
from ledgerboard_gateway.keyed_writes import keyed_writes
from ledgerboard_gateway.keys import keys
from ledgerboard_gateway.limiting import limiting
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.moderation import moderation
from ledgerboard_gateway.operators import Records, dead_letters, operator_routes
from ledgerboard_gateway.places import PlayPlaces
from ledgerboard_gateway.process import Beside, Gateway, Surroundings
from ledgerboard_gateway.publisher import Publisher
from ledgerboard_gateway.readiness import checks
from ledgerboard_gateway.reading import Ledger, Record, reading
from ledgerboard_gateway.rebuilds import Rebuilds
from ledgerboard_gateway.serving.connections import Connections
from ledgerboard_gateway.serving.front import Front
from ledgerboard_gateway.sessions import game_routes
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_gateway.showing import Showing
from ledgerboard_gateway.submit import Submissions
from ledgerboard_gateway.words import read_words
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.cognito import cognito_client
from ledgerboard_infra.health import Probe
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.postgres import PostgresClock, make_engine
from ledgerboard_infra.secrets import Secrets, credentials, make_secrets
from ledgerboard_infra.skew import SkewWatch
from ledgerboard_infra.sqs import QueueSender, resolve_queue_url, sqs_client
from ledgerboard_infra.valkey import RedisClock, make_redis
from ledgerboard_ledger import (
    AuditReader,
    CorrectionMoments,
    CorrectionsLog,
    CurrentDefinitions,
    Endpoints,
    FinalStandings,
    LedgerReader,
    Outbox,
    PostgresAudit,
    PostgresDefinitions,
    PostgresHooks,
    PostgresServerKeys,
    moderation_record,
    session_record,
)
from ledgerboard_ledger.generations import PostgresGenerations
from ledgerboard_ledger.idempotency import PostgresKeyedRequests
from ledgerboard_ledger.reconciliations import PostgresReconciliations

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledgerboard_infra.settings import PostgresSettings

STATEMENT_TIMEOUT_SECONDS: Final = 3.0
"""A request waits no longer for PostgreSQL, so that its outage does not take every thread."""


def build(settings: GatewaySettings, surroundings: Surroundings) -> Gateway:
    """Connect and start. Raises `UnavailableError` where the submissions queue or the user pool cannot be found."""
    clock, registry = SystemClock(), CollectorRegistry()
    metrics = GatewayMetrics(registry)
    client = sqs_client(
        settings.aws, call_seconds=settings.publisher.send_seconds, connections=settings.publisher.senders + 2
    )
    queue_url = resolve_queue_url(client, SUBMISSIONS.full_name(settings.stage))
    secrets = make_secrets(settings.secrets, clock)
    writer, reader, reads_of_writer = _engines(settings.postgres, secrets)
    endpoints = Endpoints(reader, reads_of_writer)
    record = PostgresDefinitions(writer, reads_of_writer)
    definitions = GuardedDefinitions(record)
    known = CurrentDefinitions(definitions, clock, timedelta(seconds=settings.definitions_ttl_seconds))
    redis_credentials = credentials(secrets, settings.redis.secret)
    redis = make_redis(settings.redis, redis_credentials)
    queue = QueueSender(client, queue_url)
    publisher = Publisher(queue, settings.publisher, metrics, lambda: new_uuid7(clock.now()))
    generations = GuardedGenerations(PostgresGenerations(writer))
    boards_record = Record(known, definitions, generations)
    read = reading(redis, settings.stage, _ledger(endpoints, settings.postgres), boards_record, clock, metrics)
    folds = Folds()
    announcements = TopAnnouncements(redis, settings.stage, read.boards.tops, folds)
    ledger = GuardedLedger(LedgerReader(reader, reads_of_writer))
    showing = Showing(PlayPlaces(read.boards, read.lives), ledger, folds, settings.wait)
    log, moments = CorrectionsLog(endpoints), GuardedMoments(CorrectionMoments(writer))
    bans = Bans(log, settings.bans_period_seconds)
    rebuilds = Rebuilds(PostgresGenerations(writer), definitions)
    skew = SkewWatch(
        registry, clock, {"postgres": PostgresClock(writer), "redis": RedisClock(redis)}, most=MAX_CLOCK_SKEW
    )
    ready = checks(surroundings.is_draining, (client, queue_url), redis, record, skew)
    server_keys = keys(PostgresServerKeys(writer), settings.keys, clock)
    provider = identity(settings, partial(cognito_client, settings.aws, settings.identity.cognito), ledger, clock)
    makers = key_makers(server_keys.known, PostgresServerKeys(writer), provider, settings, clock)
    quick = make_redis(replace(settings.redis, timeout_seconds=settings.limits.timeout_seconds), redis_credentials)
    addresses = ClientAddresses(settings.limits.trusted_proxies)
    limits = limiting(quick, settings, addresses, server_keys.known.rate, metrics)
    auditing = Auditing(Audits(PostgresAudit(writer), clock, new_uuid7))
    erased = Erased(log, clock, settings.bans_period_seconds, timedelta(seconds=settings.identity.oidc.leeway_seconds))
    credentials_known = Credentials(
        root=root_key(settings.access, secrets),
        keys=server_keys.known,
        tokens=provider.tokens,
        erased=erased,
        makers=makers,
    )
    admission = guard(settings.access, credentials_known, limits, clock)
    entry = Entry(Ownership(known, settings.classic.all), bans, limits)
    scores = ScoreRoutes(
        Submissions(FoundingDefinitions(known, auditing.made_board), publisher, clock, new_uuid7),
        entry,
        showing,
        metrics,
    )
    words = read_words(settings.names.path)
    routes = Routes(
        scores=scores,
        standings=StandingRoutes(read.standings),
        players=PlayerRoutes(read.standings),
        placings=PlacingRoutes(read.standings),
        history=history_routes(ledger, guarded_sources(endpoints, LedgerReader(reader, reader)), known, bans, clock),
        boards=BoardRoutes(definitions, known, rebuilds),
        closings=ClosingRoutes(
            seasons=SeasonRoutes(definitions, FinalStandings(endpoints), clock),
            hooks=HookRoutes(PostgresHooks(writer), Outbox(writer), settings.hooks),
        ),
        games=game_routes(definitions, session_record(writer, endpoints), bans, clock),
        operators=operator_routes(
            corrections=Corrections(
                ledger, definitions, EndingAccounts(provider.accounts, erased, clock), queue, moments, new_uuid7
            ),
            definitions=definitions,
            records=Records(log=log, compared=PostgresReconciliations(writer)),
            made=rebuilds,
            letters=dead_letters(sqs_client(settings.aws, wait_seconds=WAIT_SECONDS), settings.stage),
            clock=clock,
        ),
        moderation=moderation(moderation_record(writer, endpoints), bans, queue, words, clock, moments),
        keys=server_keys.routes,
        audit=AuditRoutes(AuditReader(endpoints)),
        accounts=AccountRoutes(provider.accounts, limits, words),
        user_scores=UserScoreRoutes(scores, settings.classic.games),
        classic=ClassicRoutes(settings.classic, known, read.standings, ledger, clock),
        published=PublishedRoutes(read.standings),
        operations=OperationRoutes(Probe(ready), Exposition(registry, surroundings.shared_metrics)),
        documentation=DocumentationRoutes(),
    )
    write_keys = keyed_writes(PostgresKeyedRequests(writer), limits, clock, metrics)
    app = create_app(routes, admission, write_keys, auditing, settings.http.bodies)
    answering = layered(app, settings.http, read, admission, clock, routes.players.get_standing)
    connections = Connections(settings.http.connections, settings.http.port, metrics)
    edge = Edge(answering, metrics, clock, write_line, surroundings.is_draining, addresses)
    front = Front(edge, settings.places, connections)
    beside = (announcements, bans, erased, server_keys, makers, connections)
    return _started(front, publisher, beside, known, settings.publisher.timeout_seconds)


def _started(
    front: Front, publisher: Publisher, beside: Sequence[Beside], known: CurrentDefinitions, timeout_seconds: float
) -> Gateway:
    """The gateway with everything at work that works beside its requests."""
    publisher.start()
    for each in beside:
        each.start()

    def close() -> None:
        front.close()
        publisher.close(timeout_seconds)
        for each in beside:
            each.close()
        known.close()

    return Gateway(app=front, close=close)


def _ledger(endpoints: Endpoints, settings: "PostgresSettings") -> Ledger:
    """Folds, which are slow, leave some of the connections to every other read."""
    return Ledger(endpoints, seats=max(1, settings.pool_size - 2))


def _engines(settings: "PostgresSettings", secrets: Secrets) -> "tuple[Engine, Engine, Engine]":
    """For writes, for reads, and for reads where the reader does not answer.

    Reads have connections of their own also where they ask the writer, so that none ever takes one that a write needs.
    """
    make = partial(
        make_engine,
        application_name="ledgerboard-gateway",
        pool_size=settings.pool_size,
        statement_timeout_seconds=STATEMENT_TIMEOUT_SECONDS,
    )
    writer, reads_of_writer = (
        make(settings.writer_url, credentials=credentials(secrets, settings.secret)) for _ in range(2)
    )
    if not settings.reader_url:
        return writer, reads_of_writer, reads_of_writer
    reader = make(settings.reader_url, credentials=credentials(secrets, settings.reading_secret))
    return writer, reader, reads_of_writer
