"""Cognito: the users of one pool, bounded in time, with its errors in our words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from botocore.config import Config

from ledgerboard_infra.cognito_refusals import Refusal, RefusedByPoolError, cognito_errors, nobody_is_no_error

if TYPE_CHECKING:
    from ledgerboard_infra.settings import AwsSettings, CognitoSettings

_CONNECT_SHARE: Final = 0.4


class CognitoClient(Protocol):
    """What is used of boto3's client to serve users."""

    def sign_up(self, **request: Any) -> Mapping[str, Any]:
        """SignUp."""
        ...

    def confirm_sign_up(self, **request: Any) -> Mapping[str, Any]:
        """ConfirmSignUp."""
        ...

    def admin_confirm_sign_up(self, **request: Any) -> Mapping[str, Any]:
        """AdminConfirmSignUp."""
        ...

    def admin_add_user_to_group(self, **request: Any) -> Mapping[str, Any]:
        """AdminAddUserToGroup."""
        ...

    def admin_initiate_auth(self, **request: Any) -> Mapping[str, Any]:
        """AdminInitiateAuth."""
        ...

    def admin_user_global_sign_out(self, **request: Any) -> Mapping[str, Any]:
        """AdminUserGlobalSignOut."""
        ...

    def admin_get_user(self, **request: Any) -> Mapping[str, Any]:
        """AdminGetUser."""
        ...

    def admin_delete_user(self, **request: Any) -> Mapping[str, Any]:
        """AdminDeleteUser."""
        ...

    def admin_list_groups_for_user(self, **request: Any) -> Mapping[str, Any]:
        """AdminListGroupsForUser."""
        ...


@dataclass(frozen=True, slots=True)
class Pool:
    """A user pool and the app client through which its users come."""

    pool_id: str
    client_id: str

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens. Stand-ins use it too, wherever they run."""
        return f"https://cognito-idp.{self.pool_id.partition('_')[0]}.amazonaws.com/{self.pool_id}"

    def jwks_url(self, endpoint_url: str) -> str:
        """Where its keys are."""
        base = f"{endpoint_url.rstrip('/')}/{self.pool_id}" if endpoint_url else self.issuer
        return f"{base}/.well-known/jwks.json"


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """The tokens of a user. A refresh brings no new ``refresh_token``: it is empty."""

    id_token: str
    refresh_token: str
    expires_in_seconds: int


class CognitoUsers:
    """The users of a pool. Thread-safe. Every method raises `RefusedByPoolError` and `UnavailableError`."""

    def __init__(self, client: CognitoClient, pool: Pool) -> None:
        self._client = client
        self._pool = pool

    def sign_up(self, username: str, password: str, email: str) -> None:
        """Register somebody, who is not confirmed by that."""
        attributes = [{"Name": "email", "Value": email}]
        with cognito_errors():
            self._client.sign_up(
                ClientId=self._pool.client_id, Username=username, Password=password, UserAttributes=attributes
            )

    def confirm(self, username: str, code: str) -> None:
        """Confirm with the code that was sent by e-mail."""
        with cognito_errors():
            self._client.confirm_sign_up(ClientId=self._pool.client_id, Username=username, ConfirmationCode=code)

    def confirm_at_once(self, username: str) -> None:
        """Confirm without a code. Safe to repeat."""
        with cognito_errors():
            self._client.admin_confirm_sign_up(UserPoolId=self._pool.pool_id, Username=username)

    def join(self, username: str, group: str) -> None:
        """Put a user into a group. Safe to repeat."""
        with cognito_errors():
            self._client.admin_add_user_to_group(UserPoolId=self._pool.pool_id, Username=username, GroupName=group)

    def sign_in(self, username: str, password: str) -> SignedIn:
        """Tokens for who knows the password."""
        return self._authenticate("ADMIN_USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=password)

    def refresh(self, refresh_token: str) -> SignedIn:
        """Fresh tokens for who signed in before."""
        return self._authenticate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=refresh_token)

    def sign_out(self, username: str) -> None:
        """Make every refresh token of a user void. Id tokens live on until they end."""
        with cognito_errors():
            self._client.admin_user_global_sign_out(UserPoolId=self._pool.pool_id, Username=username)

    def delete(self, username: str) -> None:
        """Let there be no such user. Safe to repeat, and for names that nobody ever had.

        Cognito finds a user by their name in any case and by other names of theirs, too. Only whose name it is to the
        letter is deleted: of two players Ada and ada one is the pool's.
        """
        named = {"UserPoolId": self._pool.pool_id, "Username": username}
        with nobody_is_no_error(), cognito_errors():
            if self._client.admin_get_user(**named)["Username"] == username:
                self._client.admin_delete_user(**named)

    def groups(self, username: str) -> frozenset[str]:
        """The groups of a user; none of a user who is not there, or whose name is another one to the letter."""
        named = {"UserPoolId": self._pool.pool_id, "Username": username}
        found: set[str] = set()
        with nobody_is_no_error(), cognito_errors():
            if self._client.admin_get_user(**named)["Username"] != username:
                return frozenset()
            asked: dict[str, str] = {}
            while True:
                page = self._client.admin_list_groups_for_user(**named, **asked)
                found |= {each["GroupName"] for each in page.get("Groups", ())}
                if not page.get("NextToken"):
                    break
                asked = {"NextToken": page["NextToken"]}
        return frozenset(found)

    def _authenticate(self, flow: str, **parameters: str) -> SignedIn:
        with cognito_errors():
            answer = self._client.admin_initiate_auth(
                UserPoolId=self._pool.pool_id, ClientId=self._pool.client_id, AuthFlow=flow, AuthParameters=parameters
            )
        result = answer.get("AuthenticationResult")
        if not result:  # A challenge, such as a second factor, which these routes do not know.
            raise RefusedByPoolError(Refusal.CREDENTIALS)
        return SignedIn(result["IdToken"], result.get("RefreshToken", ""), result["ExpiresIn"])


def cognito_client(settings: "AwsSettings", cognito: "CognitoSettings") -> Any:
    """A client, of which each call ends in time and is tried once: a registration must not happen twice unseen."""
    connect_seconds = cognito.call_seconds * _CONNECT_SHARE
    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=cognito.call_seconds - connect_seconds,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=cognito.calls,
        tcp_keepalive=True,
    )
    session: Any = boto3.session.Session(region_name=settings.region)
    return session.client("cognito-idp", endpoint_url=cognito.endpoint_url or None, config=config)
