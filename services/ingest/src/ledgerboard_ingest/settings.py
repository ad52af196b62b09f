"""Everything that ingest reads from the environment. No other module of the service does."""

from dataclasses import dataclass, field

from ledgerboard_infra.settings import (
    AwsSettings,
    OpsSettings,
    PostgresSettings,
    SecretsSettings,
    StreamSettings,
    TelemetrySettings,
    setting,
)


@dataclass(frozen=True, kw_only=True)
class ProvisionSettings:
    """What making the queues takes."""

    stage: str = setting("LEDGERBOARD_STAGE", default="dev", doc="Part of every queue's and key's name.")
    aws: AwsSettings = field(default_factory=AwsSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)


@dataclass(frozen=True, kw_only=True)
class Settings(ProvisionSettings):
    """What judging takes.

    Definitions are read from the writer, so that a replica's lag never looks like a missing version.
    """

    postgres: PostgresSettings
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    ops: OpsSettings = field(default_factory=OpsSettings)
    stream: StreamSettings = field(default_factory=StreamSettings)
