"""Everything that the ranker reads from the environment. No other module of the service does."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from ledgerboard_boards import MARK_SECONDS, STAGE_PATTERN
from ledgerboard_infra.settings import (
    AwsSettings,
    OpsSettings,
    PostgresSettings,
    RedisSettings,
    SecretsSettings,
    StreamSettings,
    TelemetrySettings,
    setting,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What ranking takes. Definitions come from the writer: a replica's lag must not look like a missing version."""

    stage: Annotated[str, Meta(pattern=STAGE_PATTERN)] = setting(
        "LEDGERBOARD_STAGE", default="dev", doc="Part of every queue's and key's name."
    )
    mark_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_MARK_SECONDS",
        default=float(MARK_SECONDS),
        doc="For how long totals know an envelope by a mark. One that comes again later has its players drawn from the "
        "ledger; a longer time takes memory of Redis, some 170 bytes an envelope.",
    )
    redis: RedisSettings
    postgres: PostgresSettings
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    aws: AwsSettings = field(default_factory=AwsSettings)
    stream: StreamSettings = field(default_factory=StreamSettings)
    ops: OpsSettings = field(default_factory=OpsSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)


@dataclass(frozen=True, slots=True)
class RebuildSettings:
    """How rebuilds are claimed, and how closely Redis is watched."""

    lease_seconds: Annotated[float, Meta(ge=1)] = setting(
        "LEDGERBOARD_REBUILD_LEASE_SECONDS",
        default=15.0,
        doc="After so long without a sign of life another process goes on with a rebuild.",
    )
    poll_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_REBUILD_POLL_SECONDS", default=0.5, doc="How often an idle rebuilder asks for work."
    )
    look_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_WATCH_LOOK_SECONDS", default=1.0, doc="How often Redis is asked whether it lost data."
    )
    looks_a_check: Annotated[int, Meta(ge=1)] = setting(
        "LEDGERBOARD_WATCH_LOOKS_A_CHECK", default=30, doc="After so many looks every board's state is looked for."
    )
    grace_seconds: Annotated[float, Meta(ge=0)] = setting(
        "LEDGERBOARD_REBUILD_GRACE_SECONDS", default=25.0, doc="How long a stop may take."
    )


@dataclass(frozen=True, kw_only=True)
class RebuilderSettings:
    """What rebuilding takes. It reads the ledger from the writer, where a snapshot holds what it says."""

    stage: Annotated[str, Meta(pattern=STAGE_PATTERN)] = setting(
        "LEDGERBOARD_STAGE", default="dev", doc="Part of every key's name."
    )
    redis: RedisSettings
    postgres: PostgresSettings
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    rebuild: RebuildSettings = field(default_factory=RebuildSettings)
    ops: OpsSettings = field(default_factory=OpsSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
