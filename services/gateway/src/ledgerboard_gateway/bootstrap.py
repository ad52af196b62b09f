"""Turn settings into a running gateway. The only module that builds clients."""

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
from ledgerboard_gateway.bans import Bans
from ledgerboard_gateway.corrections import Corrections
from ledgerboard_gateway.dead_letters import WAIT_SECONDS
from ledgerboard_gateway.exposition import Exposition
from ledgerboard_gateway.folds import Folds
from ledgerboard_gateway.guarded import GuardedDefinitions, GuardedGenerations, GuardedLedger, GuardedMoments
from ledgerboard_gateway.history import guarded_sources, history_routes
from ledgerboard_gateway.http.account_routes import AccountRoutes
from ledgerboard_gateway.http.application import create_app
from ledgerboard_gateway.http.board_routes import BoardRoutes
from ledgerboard_gateway.http.classic_routes import ClassicRoutes
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
from ledgerboard_gateway.identity import identity
from ledgerboard_gateway.keyed_writes import keyed_writes
from ledgerboard_gateway.keys import keys
from ledgerboard_gateway.limiting import limiting
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.moderation import moderation
from ledgerboard_gateway.operators import Records, dead_letters, operator_routes
from ledgerboard_gateway.places import PlayPlaces
from ledgerboard_gateway.process import Gateway, Surroundings
from ledgerboard_gateway.publisher import Publisher
from ledgerboard_gateway.readiness import checks
from ledgerboard_gateway.reading import Record, reading
from ledgerboard_gateway.rebuilds import Rebuilds
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
    CorrectionMoments,
    CorrectionsLog,
    CurrentDefinitions,
    Endpoints,
    FinalStandings,
    LedgerReader,
    Outbox,
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
    writer, reader = _engines(settings.postgres, secrets)
    endpoints = Endpoints(reader, writer)
    record = PostgresDefinitions(writer)
    definitions = GuardedDefinitions(record)
    known = CurrentDefinitions(definitions, clock, timedelta(seconds=settings.definitions_ttl_seconds))
    redis_credentials = credentials(secrets, settings.redis.secret)
    redis = make_redis(settings.redis, redis_credentials)
    queue = QueueSender(client, queue_url)
    publisher = Publisher(queue, settings.publisher, metrics, lambda: new_uuid7(clock.now()))
    generations = GuardedGenerations(PostgresGenerations(writer))
    boards_record = Record(known, definitions, generations)
    read = reading(redis, settings.stage, endpoints, boards_record, clock, metrics)
    folds = Folds()
    announcements = TopAnnouncements(redis, settings.stage, read.boards.tops, folds)
    ledger = GuardedLedger(LedgerReader(reader, writer))
    showing = Showing(PlayPlaces(read.boards, read.lives), ledger, folds, settings.wait)
    log, moments = CorrectionsLog(endpoints), GuardedMoments(CorrectionMoments(writer))
    bans = Bans(log, settings.bans_period_seconds)
    sources = guarded_sources(endpoints, LedgerReader(reader, reader))  # The writer counts no boards.
    rebuilds = Rebuilds(PostgresGenerations(writer), definitions)
    skew = SkewWatch(
        registry, clock, {"postgres": PostgresClock(writer), "redis": RedisClock(redis)}, most=MAX_CLOCK_SKEW
    )
    ready = checks(surroundings.is_draining, (client, queue_url), redis, record, skew)
    server_keys = keys(PostgresServerKeys(writer), settings.keys, clock)
    provider = identity(settings, partial(cognito_client, settings.aws, settings.identity.cognito), ledger, clock)
    admission = guard(settings.access, root_key(settings.access, secrets), server_keys.known, provider.tokens, clock)
    quick = make_redis(replace(settings.redis, timeout_seconds=settings.limits.timeout_seconds), redis_credentials)
    limits = limiting(quick, settings, server_keys.known.rate, metrics)
    entry = Entry(Ownership(known, settings.classic.all), bans, limits)
    scores = ScoreRoutes(Submissions(known, publisher, clock, new_uuid7), entry, showing, metrics)
    words = read_words(settings.names.path)
    routes = Routes(
        scores=scores,
        standings=StandingRoutes(read.standings),
        players=PlayerRoutes(read.standings),
        placings=PlacingRoutes(read.standings),
        history=history_routes(ledger, sources, known, bans, clock),
        boards=BoardRoutes(definitions, known, rebuilds),
        closings=ClosingRoutes(
            seasons=SeasonRoutes(definitions, FinalStandings(endpoints), clock),
            hooks=HookRoutes(PostgresHooks(writer), Outbox(writer), settings.hooks),
        ),
        games=game_routes(definitions, session_record(writer, endpoints), bans, clock),
        operators=operator_routes(
            corrections=Corrections(ledger, definitions, provider.accounts, queue, moments, new_uuid7),
            definitions=definitions,
            records=Records(log=log, compared=PostgresReconciliations(writer)),
            made=rebuilds,
            letters=dead_letters(sqs_client(settings.aws, wait_seconds=WAIT_SECONDS), settings.stage),
            clock=clock,
        ),
        moderation=moderation(moderation_record(writer, endpoints), queue, words, clock, moments),
        keys=server_keys.routes,
        accounts=AccountRoutes(provider.accounts, limits, words),
        user_scores=UserScoreRoutes(scores, settings.classic.games),
        classic=ClassicRoutes(settings.classic, known, read.standings, ledger, clock),
        published=PublishedRoutes(read.standings),
        operations=OperationRoutes(Probe(ready), Exposition(registry, surroundings.shared_metrics)),
        documentation=DocumentationRoutes(),
    )
    write_keys = keyed_writes(PostgresKeyedRequests(writer), clock, metrics)
    app = create_app(routes, admission, write_keys, settings.http.bodies)
    answering = layered(app, settings.http, read, admission, clock, routes.players.get_standing)
    publisher.start()
    announcements.start()
    bans.start()
    server_keys.start()

    def close() -> None:
        publisher.close(settings.publisher.timeout_seconds)
        announcements.close()
        bans.close()
        server_keys.close()
        known.close()

    return Gateway(app=Edge(answering, metrics, clock, write_line, surroundings.is_draining), close=close)


def _engines(settings: "PostgresSettings", secrets: Secrets) -> "tuple[Engine, Engine]":
    make = partial(
        make_engine,
        application_name="ledgerboard-gateway",
        pool_size=settings.pool_size,
        statement_timeout_seconds=STATEMENT_TIMEOUT_SECONDS,
    )
    writer = make(settings.writer_url, credentials=credentials(secrets, settings.secret))
    if not settings.reader_url:
        return writer, writer
    return writer, make(settings.reader_url, credentials=credentials(secrets, settings.reading_secret))
