"""Everything that history reads from the environment. No other module of the service does."""

from dataclasses import dataclass, field

from ledgerboard_infra.settings import (
    AwsSettings,
    OpsSettings,
    PostgresSettings,
    StreamSettings,
    TelemetrySettings,
    setting,
)


@dataclass(frozen=True, kw_only=True)
class MigrateSettings:
    """What migrating takes: a role that may make tables."""

    postgres: PostgresSettings
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)


@dataclass(frozen=True, kw_only=True)
class JobsSettings(MigrateSettings):
    """What the jobs and their schedule take. Their results go to the writer's database."""

    stage: str = setting("LEDGERBOARD_STAGE", default="dev", doc="Part of every queue's name.")
    aws: AwsSettings = field(default_factory=AwsSettings)
    ops: OpsSettings = field(default_factory=OpsSettings)


@dataclass(frozen=True, kw_only=True)
class Settings(JobsSettings):
    """What recording takes. Each lane needs a connection of its own."""

    stream: StreamSettings = field(default_factory=StreamSettings)
