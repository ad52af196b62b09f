"""The settings of who signs tokens: any OpenID Connect issuer, or a Cognito user pool, from which the rest follows."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from ledgerboard_infra.settings.options import setting

ANY_USE = "any"


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """Whose tokens are accepted, and what they must say. Without an issuer none is."""

    issuer: str = setting(
        "LEDGERBOARD_OIDC_ISSUER",
        default="",
        doc="The `iss` of tokens; empty: that of the Cognito pool.",
    )
    audience: str = setting(
        "LEDGERBOARD_OIDC_AUDIENCE", default="", doc="The `aud` of tokens; empty: the client of the Cognito pool."
    )
    jwks_url: str = setting(
        "LEDGERBOARD_OIDC_JWKS_URL",
        default="",
        doc="Where the issuer's keys are: https, or this machine. Empty: those of the Cognito pool.",
    )
    allow_http: bool = setting(
        "LEDGERBOARD_OIDC_ALLOW_HTTP",
        default=False,
        doc="Whether keys may come over plain http from elsewhere. For a stand-in on a network that is closed.",
    )
    username_claim: str = setting(
        "LEDGERBOARD_OIDC_USERNAME_CLAIM", default="cognito:username", doc="The claim that names the player."
    )
    groups_claim: str = setting(
        "LEDGERBOARD_OIDC_GROUPS_CLAIM", default="cognito:groups", doc="The claim that lists the groups."
    )
    audience_claim: str = setting(
        "LEDGERBOARD_OIDC_AUDIENCE_CLAIM",
        default="aud",
        doc="The claim that names the audience; `client_id` in Cognito's access tokens.",
    )
    token_use: str = setting(
        "LEDGERBOARD_OIDC_TOKEN_USE",
        default="id",
        doc="What the claim `token_use` must say; `any` for an issuer that has no such claim.",
    )
    algorithms: tuple[str, ...] = setting(
        "LEDGERBOARD_OIDC_ALGORITHMS",
        default=("RS256",),
        doc="How tokens may be signed, such as RS512, PS256, ES256, EdDSA; never `none` or HS256.",
    )
    leeway_seconds: Annotated[float, Meta(ge=0, le=300)] = setting(
        "LEDGERBOARD_OIDC_LEEWAY_SECONDS", default=30.0, doc="By how much the issuer's clock may differ from ours."
    )
    outage_seconds: Annotated[float, Meta(ge=0)] = setting(
        "LEDGERBOARD_OIDC_OUTAGE_SECONDS",
        default=86400.0,
        doc="How long the issuer's last keys serve while they cannot be fetched.",
    )

    @property
    def use(self) -> str:
        """The use to ask for; empty for none."""
        return "" if self.token_use == ANY_USE else self.token_use


@dataclass(frozen=True, kw_only=True)
class CognitoSettings:
    """The user pool in which players are registered. Without one, nobody registers or logs in here."""

    pool_name: str = setting(
        "LEDGERBOARD_COGNITO_POOL_NAME", default="", doc="The user pool's name, by which it is found and provisioned."
    )
    pool_id: str = setting(
        "LEDGERBOARD_COGNITO_POOL_ID", default="", doc="Its id, where it is known; then no look-up is needed."
    )
    client_name: str = setting(
        "LEDGERBOARD_COGNITO_CLIENT_NAME", default="ledgerboard-gateway", doc="The name of the pool's app client."
    )
    client_id: str = setting("LEDGERBOARD_COGNITO_CLIENT_ID", default="", doc="Its id, where it is known.")
    endpoint_url: str = setting(
        "LEDGERBOARD_COGNITO_ENDPOINT_URL", default="", doc="The server's URL; empty for AWS itself."
    )
    auto_confirm: bool = setting(
        "LEDGERBOARD_AUTO_CONFIRM",
        default=False,
        doc="Whether who registers may log in at once. Else a code by e-mail confirms the address first.",
    )
    call_seconds: Annotated[float, Meta(gt=0, le=20)] = setting(
        "LEDGERBOARD_COGNITO_CALL_SECONDS",
        default=3.0,
        doc="Bound of one call to Cognito; a request makes up to four.",
    )
    calls: Annotated[int, Meta(ge=1)] = setting(
        "LEDGERBOARD_COGNITO_CALLS",
        default=16,
        doc="Requests that may wait for Cognito at the same time; more are answered with 503 at once.",
    )

    @property
    def is_set(self) -> bool:
        """Whether there is a pool."""
        return bool(self.pool_name or self.pool_id)
