"""Whose tokens the gateway takes, and where players are registered."""

from dataclasses import dataclass

from ledgerboard_gateway.access_settings import AccessSettings
from ledgerboard_infra.settings import AwsSettings, CognitoSettings, OidcSettings, TelemetrySettings


@dataclass(frozen=True, kw_only=True)
class IdentitySettings:
    """An issuer, or a user pool from which everything about the issuer follows, or neither."""

    oidc: OidcSettings
    cognito: CognitoSettings

    def __post_init__(self) -> None:
        parts = (self.oidc.issuer, self.oidc.audience, self.oidc.jwks_url)
        if any(parts) and not all(parts) and not self.cognito.is_set:
            raise ValueError(
                "LEDGERBOARD_OIDC_ISSUER, LEDGERBOARD_OIDC_AUDIENCE and LEDGERBOARD_OIDC_JWKS_URL: set all or none"
            )


@dataclass(frozen=True, kw_only=True)
class ProvisionSettings:
    """What ``provision-identity`` needs to know."""

    access: AccessSettings
    cognito: CognitoSettings
    aws: AwsSettings
    telemetry: TelemetrySettings

    def __post_init__(self) -> None:
        if not self.cognito.is_set:
            raise ValueError("LEDGERBOARD_COGNITO_POOL_NAME: required to provision a pool")
