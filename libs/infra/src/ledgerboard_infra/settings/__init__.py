"""Settings: typed, documented, read once from an environment that is given."""

from ledgerboard_infra.settings.groups import (
    AwsSettings,
    Count,
    OpsSettings,
    Port,
    PostgresSettings,
    RedisSettings,
    Seconds,
    SecretsSettings,
    StreamSettings,
    TelemetrySettings,
)
from ledgerboard_infra.settings.identity import CognitoSettings, OidcSettings
from ledgerboard_infra.settings.options import SettingsError, describe, from_env, setting

__all__ = [
    "AwsSettings",
    "CognitoSettings",
    "Count",
    "OidcSettings",
    "OpsSettings",
    "Port",
    "PostgresSettings",
    "RedisSettings",
    "Seconds",
    "SecretsSettings",
    "SettingsError",
    "StreamSettings",
    "TelemetrySettings",
    "describe",
    "from_env",
    "setting",
]
