"""A user pool of MiniStack, as strict as it can be: what is refused there, what is told, and what never is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from ledgerboard_dev.embedded import EmbeddedSqs
from ledgerboard_dev.processes import Guardian
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.cognito import CognitoUsers, Pool, cognito_client
from ledgerboard_infra.cognito_refusals import Refusal, RefusedByPoolError
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.jwks import HttpFetch, SigningKeys
from ledgerboard_infra.oidc import TokenRules, TokenVerifier
from ledgerboard_infra.settings import AwsSettings, CognitoSettings, from_env
from ledgerboard_infra.user_pools import find_pool, provision

PASSWORD: Final = "Sup3r-planted-word"  # noqa: S105 -- a test's own.
OTHER: Final = "An0ther-planted-word"
GROUPS: Final = ("players", "managers")
CODE: Final = "123456"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian) -> Iterator[str]:
    with EmbeddedSqs(tmp_path_factory.mktemp("aws"), guardian=guardian, durable=False, strict=True) as server:
        yield server.url


def named(endpoint: str, **more: str) -> CognitoSettings:
    return from_env(
        CognitoSettings,
        {
            "LEDGERBOARD_COGNITO_POOL_NAME": f"pool-{uuid4().hex}",
            "LEDGERBOARD_COGNITO_ENDPOINT_URL": endpoint,
            "LEDGERBOARD_COGNITO_CALL_SECONDS": "2",
        }
        | more,
    )


class Scene:
    def __init__(self, endpoint: str) -> None:
        self.settings = named(endpoint)
        self.client: Any = cognito_client(AwsSettings(), self.settings)
        self.pool: Pool = provision(self.client, self.settings, GROUPS)
        self.users = CognitoUsers(self.client, self.pool)
        rules = TokenRules(issuer=self.pool.issuer, audience=self.pool.client_id)
        fetch = HttpFetch(self.pool.jwks_url(endpoint))
        keys = SigningKeys(fetch, SystemClock(), algorithms=rules.algorithms, outage=timedelta(days=1))
        self.tokens = TokenVerifier(rules, keys)

    def enrol(self, name: str) -> None:
        self.users.sign_up(name, PASSWORD, f"{name}@example.com")
        self.users.join(name, "players")
        self.users.confirm_at_once(name)


@pytest.fixture
def scene(endpoint: str) -> Scene:
    return Scene(endpoint)


def refusal(action: Any, *arguments: str) -> Refusal:
    with pytest.raises(RefusedByPoolError) as refused:
        action(*arguments)
    return refused.value.refusal


def test_who_signed_up_signs_in_with_a_token_that_tells_name_and_groups(scene: Scene) -> None:
    scene.enrol("ada")
    told = scene.users.sign_in("ada", PASSWORD)
    claims = scene.tokens.verify(told.id_token)
    assert claims is not None
    assert (claims["cognito:username"], claims["cognito:groups"]) == ("ada", ["players"])
    assert told.expires_in_seconds == 3600


def test_tokens_of_another_pool_or_use_are_refused(scene: Scene, endpoint: str) -> None:
    other = Scene(endpoint)
    for each in (scene, other):
        each.enrol("ada")
    token = other.users.sign_in("ada", PASSWORD).id_token
    assert other.tokens.verify(token)
    assert scene.tokens.verify(token) is None
    pool = {"UserPoolId": scene.pool.pool_id, "ClientId": scene.pool.client_id}
    given = {"USERNAME": "ada", "PASSWORD": PASSWORD}
    answer = scene.client.admin_initiate_auth(**pool, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=given)
    assert scene.tokens.verify(answer["AuthenticationResult"]["IdToken"])
    assert scene.tokens.verify(answer["AuthenticationResult"]["AccessToken"]) is None


def test_a_wrong_password_and_an_unknown_user_are_not_told_apart(scene: Scene) -> None:
    scene.enrol("ada")
    assert refusal(scene.users.sign_in, "ada", OTHER) is Refusal.CREDENTIALS
    assert refusal(scene.users.sign_in, "nobody", PASSWORD) is Refusal.CREDENTIALS


def test_a_code_confirms_and_no_other_does(scene: Scene) -> None:
    scene.users.sign_up("ada", PASSWORD, "ada@example.com")
    assert refusal(scene.users.sign_in, "ada", PASSWORD) is Refusal.UNCONFIRMED
    assert refusal(scene.users.confirm, "ada", "000000") is Refusal.CODE
    assert refusal(scene.users.confirm, "nobody", CODE) is Refusal.CODE
    scene.users.confirm("ada", CODE)
    assert scene.users.sign_in("ada", PASSWORD).id_token


def test_a_name_is_given_once_and_the_pool_has_its_own_policy(scene: Scene) -> None:
    scene.enrol("ada")
    assert refusal(scene.users.sign_up, "ada", PASSWORD, "a@example.com") is Refusal.EXISTS
    for weak in ("Sh0rt", "nodigits-Here", "n0-upper-case", "N0-LOWER-CASE"):
        assert refusal(scene.users.sign_up, "eve", weak, "e@example.com") is Refusal.PASSWORD


def test_a_refresh_token_serves_until_its_user_signs_out(scene: Scene) -> None:
    scene.enrol("ada")
    told = scene.users.sign_in("ada", PASSWORD)
    fresh = scene.users.refresh(told.refresh_token)
    assert scene.tokens.verify(fresh.id_token)
    assert fresh.refresh_token == ""
    for wrong in ("junk", told.id_token):
        assert refusal(scene.users.refresh, wrong) is Refusal.CREDENTIALS
    scene.users.sign_out("ada")
    assert refusal(scene.users.refresh, told.refresh_token) is Refusal.CREDENTIALS


def test_provisioning_again_makes_nothing_and_finds_the_same(scene: Scene) -> None:
    assert provision(scene.client, scene.settings, GROUPS) == scene.pool
    assert find_pool(scene.client, scene.settings) == scene.pool
    listed = scene.client.list_groups(UserPoolId=scene.pool.pool_id)["Groups"]
    assert sorted(group["GroupName"] for group in listed) == sorted(GROUPS)


def test_a_pool_that_there_is_not_is_named(endpoint: str) -> None:
    settings = named(endpoint)
    with pytest.raises(UnavailableError, match=settings.pool_name):
        find_pool(cognito_client(AwsSettings(), settings), settings)


def test_of_two_pools_of_a_name_none_is_taken(scene: Scene) -> None:
    scene.client.create_user_pool(PoolName=scene.settings.pool_name)
    with pytest.raises(MisconfiguredError, match="2"):
        find_pool(scene.client, scene.settings)
    known = named(
        scene.settings.endpoint_url,
        LEDGERBOARD_COGNITO_POOL_ID=scene.pool.pool_id,
        LEDGERBOARD_COGNITO_CLIENT_ID=scene.pool.client_id,
    )
    assert find_pool(None, known) == scene.pool, "with both ids nobody is asked"


def test_a_pool_among_very_many_is_found(scene: Scene) -> None:
    for number in range(61):
        scene.client.create_user_pool(PoolName=f"another-{number}")
    assert find_pool(scene.client, scene.settings) == scene.pool


def test_nothing_that_is_raised_quotes_a_password_or_what_boto3_said(scene: Scene) -> None:
    scene.enrol("ada")
    gone = CognitoUsers(cognito_client(AwsSettings(), named("http://127.0.0.1:9")), scene.pool)
    wrong_type: Any = {"password": PASSWORD}
    for users, password in ((scene.users, OTHER), (gone, OTHER), (scene.users, wrong_type)):
        with pytest.raises((RefusedByPoolError, UnavailableError)) as raised:
            users.sign_in("ada", password)
        error = raised.value
        assert "planted" not in f"{error!r}{error}"
        assert error.__cause__ is None
        assert error.__suppress_context__


def test_who_is_deleted_can_no_more_sign_in_and_the_name_is_free(scene: Scene) -> None:
    scene.enrol("ada")
    refresh_token = scene.users.sign_in("ada", PASSWORD).refresh_token
    for _ in range(2):
        scene.users.delete("ada")
    assert refusal(scene.users.sign_in, "ada", PASSWORD) is Refusal.CREDENTIALS
    assert refusal(scene.users.refresh, refresh_token) is Refusal.CREDENTIALS
    scene.enrol("ada")


@pytest.mark.parametrize("name", ["nobody", "a b", "é" * 64, "a|b"])
def test_who_never_registered_is_deleted_without_a_word(scene: Scene, name: str) -> None:
    scene.users.delete(name)


def test_only_who_has_the_name_to_the_letter_is_deleted(scene: Scene) -> None:
    """Cognito finds users by the id of theirs, too, and by their names in any case."""
    scene.enrol("ada")
    known = scene.client.admin_get_user(UserPoolId=scene.pool.pool_id, Username="ada")
    (other,) = [each["Value"] for each in known["UserAttributes"] if each["Name"] == "sub"]
    for name in (other, "ADA"):
        scene.users.delete(name)
    assert scene.users.sign_in("ada", PASSWORD).id_token


def test_the_groups_of_a_user_are_known_and_of_a_stranger_there_are_none(scene: Scene) -> None:
    scene.enrol("ada")
    assert scene.users.groups("ada") == {"players"}
    scene.users.join("ada", "managers")
    assert scene.users.groups("ada") == {"players", "managers"}
    scene.client.admin_remove_user_from_group(UserPoolId=scene.pool.pool_id, Username="ada", GroupName="managers")
    assert scene.users.groups("ada") == {"players"}
    assert scene.users.groups("nobody") == frozenset()
