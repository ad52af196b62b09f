"""Find the user pool that the settings name, or make it.

Pools are found by name, which AWS does not keep unique: of several that bear it none is taken, since either could be
the wrong one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ledgerboard_infra.cognito import Pool
from ledgerboard_infra.cognito_refusals import cognito_errors
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.settings import CognitoSettings

_PAGE: Final = 60

PASSWORD_POLICY: Final = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": False,
}

_POOL: Final[Mapping[str, Any]] = {
    "Policies": {"PasswordPolicy": PASSWORD_POLICY},
    "UsernameConfiguration": {"CaseSensitive": False},  # Or Ada could play as ada.
    "AutoVerifiedAttributes": ["email"],
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
}

_CLIENT: Final[Mapping[str, Any]] = {
    "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "IdTokenValidity": 60,
    "AccessTokenValidity": 60,
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": {"IdToken": "minutes", "AccessToken": "minutes", "RefreshToken": "days"},
}
"""Passwords come through the gateway alone, which has the right to bring them: nobody logs in past it."""


def find_pool(client: Any, settings: CognitoSettings) -> Pool:
    """The pool and its client. Raises `UnavailableError`, also where there is no such pool (yet)."""
    pool_id = settings.pool_id or _pool_named(client, settings.pool_name)
    if pool_id is None:
        raise UnavailableError(f"Cognito has no pool {settings.pool_name}: provision it, or correct its setting")
    client_id = settings.client_id or _client_named(client, pool_id, settings.client_name)
    if client_id is None:
        raise UnavailableError(f"the user pool has no client {settings.client_name}: provision it, or set another")
    return Pool(pool_id, client_id)


def provision(client: Any, settings: CognitoSettings, groups: Iterable[str]) -> Pool:
    """Make the pool, its client and ``groups`` where they are missing. Safe to repeat, though not for two at once.

    What is there is left as it is: an update would reset whatever it does not mention, such as how mail is sent.
    """
    pool_id = settings.pool_id or _pool_named(client, settings.pool_name) or _make_pool(client, settings.pool_name)
    client_id = settings.client_id or _client_named(client, pool_id, settings.client_name)
    if client_id is None:
        client_id = _make_client(client, pool_id, settings.client_name)
    for group in groups:
        _provision_group(client, pool_id, group)
    return Pool(pool_id, client_id)


def _make_pool(client: Any, name: str) -> str:
    with cognito_errors():
        return str(client.create_user_pool(PoolName=name, **_POOL)["UserPool"]["Id"])


def _make_client(client: Any, pool_id: str, name: str) -> str:
    with cognito_errors():
        made = client.create_user_pool_client(UserPoolId=pool_id, ClientName=name, GenerateSecret=False, **_CLIENT)
    return str(made["UserPoolClient"]["ClientId"])


def _provision_group(client: Any, pool_id: str, group: str) -> None:
    with cognito_errors():
        try:
            client.create_group(UserPoolId=pool_id, GroupName=group)
        except client.exceptions.GroupExistsException:
            return


def _pool_named(client: Any, name: str) -> str | None:
    return _only(name, [pool["Id"] for pool in _all(client.list_user_pools, "UserPools") if pool["Name"] == name])


def _client_named(client: Any, pool_id: str, name: str) -> str | None:
    listed = _all(client.list_user_pool_clients, "UserPoolClients", UserPoolId=pool_id)
    return _only(name, [each["ClientId"] for each in listed if each["ClientName"] == name])


def _only(name: str, found: Sequence[str]) -> str | None:
    if len(found) > 1:
        raise MisconfiguredError(f"Cognito has {len(found)} of the name {name}: set the id of the right one")
    return found[0] if found else None


def _all(page: Callable[..., Mapping[str, Any]], member: str, **request: Any) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        with cognito_errors():
            answer = page(MaxResults=_PAGE, **request, **more)
        found += answer[member]
        if not (token := answer.get("NextToken")):
            return found
        more = {"NextToken": token}
