"""Put together who says who a player is: tokens and accounts. Bootstrap brings the client.

Where a user pool is set, whatever the settings do not say of its tokens follows from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ledgerboard_gateway.accounts import Accounts, Ledger
from ledgerboard_gateway.authentication import NoTokens, Tokens
from ledgerboard_gateway.identity_settings import IdentitySettings
from ledgerboard_gateway.key_makers import KeyMakers, Known, Record
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_gateway.tokens import ClaimedIdentities
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.cognito import CognitoUsers, Pool
from ledgerboard_infra.jwks import HttpFetch, SigningKeys
from ledgerboard_infra.oidc import TokenRules, TokenVerifier
from ledgerboard_infra.settings import OidcSettings
from ledgerboard_infra.user_pools import find_pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the gateway has of its identity provider."""

    tokens: Tokens
    accounts: Accounts | None


def identity(settings: GatewaySettings, connect: Callable[[], Any], ledger: Ledger, clock: Clock) -> Provider:
    """The provider. ``connect`` makes the client of Cognito, where a pool is set.

    Raises `UnavailableError` where a pool that is set by name cannot be found, and `MisconfiguredError`.
    """
    cognito = settings.identity.cognito
    if not cognito.is_set:
        return Provider(tokens=_tokens(settings.identity, None, clock), accounts=None)
    client = connect()
    pool = find_pool(client, cognito)
    users = CognitoUsers(client, pool)
    group = settings.access.players_group
    accounts = Accounts(users, ledger, group, auto_confirm=cognito.auto_confirm, calls=cognito.calls)
    return Provider(tokens=_tokens(settings.identity, pool, clock), accounts=accounts)


def key_makers(known: Known, record: Record, provider: Provider, settings: GatewaySettings, clock: Clock) -> KeyMakers:
    """What looks after the keys that tokens made. The pool is asked where the tokens are the pool's."""
    users = None if settings.identity.oidc.issuer else provider.accounts
    return KeyMakers(known, record, users, settings.access.managers_group, clock, settings.keys.makers_seconds)


def _tokens(settings: IdentitySettings, pool: Pool | None, clock: Clock) -> Tokens:
    oidc = settings.oidc
    if pool is None and not oidc.issuer:
        return NoTokens()
    rules = _rules(oidc, pool)
    jwks_url = oidc.jwks_url or (pool.jwks_url(settings.cognito.endpoint_url) if pool else "")
    keys = SigningKeys(
        HttpFetch(jwks_url, allow_http=oidc.allow_http),
        clock,
        algorithms=rules.algorithms,
        outage=timedelta(seconds=oidc.outage_seconds),
    )
    return ClaimedIdentities(
        TokenVerifier(rules, keys), username_claim=oidc.username_claim, groups_claim=oidc.groups_claim
    )


def _rules(oidc: OidcSettings, pool: Pool | None) -> TokenRules:
    return TokenRules(
        issuer=oidc.issuer or (pool.issuer if pool else ""),
        audience=oidc.audience or (pool.client_id if pool else ""),
        audience_claim=oidc.audience_claim,
        use=oidc.use,
        algorithms=frozenset(oidc.algorithms),
        leeway_seconds=oidc.leeway_seconds,
    )
