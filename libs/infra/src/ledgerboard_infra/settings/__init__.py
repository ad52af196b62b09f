"""Settings: typed, documented, read once from an environment that is given."""

from ledgerboard_infra.settings.groups import (
    AwsSettings,
    Count,
    OpsSettings,
    Port,
    PostgresSettings,
    RedisSettings,
    Seconds,
    StreamSettings,
    TelemetrySettings,
)
from ledgerboard_infra.settings.options import SettingsError, describe, from_env, setting

__all__ = [
    "AwsSettings",
    "Count",
    "OpsSettings",
    "Port",
    "PostgresSettings",
    "RedisSettings",
    "Seconds",
    "SettingsError",
    "StreamSettings",
    "TelemetrySettings",
    "describe",
    "from_env",
    "setting",
]
