"""Everything that the ranker reads from the environment. No other module of the service does."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from ledgerboard_boards import STAGE_PATTERN
from ledgerboard_infra.settings import (
    AwsSettings,
    OpsSettings,
    PostgresSettings,
    RedisSettings,
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
    redis: RedisSettings
    postgres: PostgresSettings
    aws: AwsSettings = field(default_factory=AwsSettings)
    stream: StreamSettings = field(default_factory=StreamSettings)
    ops: OpsSettings = field(default_factory=OpsSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
