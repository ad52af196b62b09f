"""Register, confirm, log in, refresh, sign out.

A wrong password, an unknown user and a token that is not good are one answer: who does not know a password learns
nothing of the account.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Response

from ledgerboard_gateway.accounts import Accounts, RegistrationError
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.account_bodies import (
    ConfirmBody,
    LoginBody,
    RefreshBody,
    TokensAnswer,
    UserAnswer,
    UserBody,
    read,
)
from ledgerboard_gateway.http.account_documentation import describe
from ledgerboard_gateway.http.limiting import Limiting
from ledgerboard_gateway.http.name_routes import refused_name
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.problems import ProblemError, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import caller_looking_after, caller_or_none, player_in_path
from ledgerboard_gateway.names import BannedWordError
from ledgerboard_gateway.words import Words
from ledgerboard_infra.cognito import SignedIn
from ledgerboard_infra.cognito_refusals import Refusal, RefusedByPoolError

_NEVER_KEPT: Final = {"Cache-Control": "no-store"}
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="ledgerboard"'}


class AccountRoutes:
    """The routes of players' accounts. Without a user pool there are no accounts, and all of them answer 404."""

    def __init__(self, accounts: Accounts | None, limiting: Limiting, words: Words) -> None:
        self._known = accounts
        self._limiting = limiting
        self._words = words

    def post_user(self) -> Response:
        """Register somebody."""
        body = read(UserBody)
        self._limiting.attempt(body.username)
        if self._words.are_in(body.username):
            raise refused_name("username", BannedWordError())
        accounts = self._accounts
        with _problems():
            accounts.register(body.username, body.password, body.email, may_have_played=_may_give_away(body.username))
        return rendering.answer(UserAnswer(username=body.username), 201)

    def post_login(self) -> Response:
        """Log somebody in."""
        body = read(LoginBody)
        self._limiting.attempt(body.username)
        with _problems():
            return _tokens(self._accounts.log_in(body.username, body.password))

    def post_refresh(self) -> Response:
        """Bring fresh tokens."""
        body = read(RefreshBody)
        self._limiting.attempt(None)
        with _problems():
            return _tokens(self._accounts.refresh(body.refreshToken))

    def post_confirm(self, username: str) -> Response:
        """Confirm somebody who registered."""
        player_in_path(username, "username")
        body = read(ConfirmBody)
        self._limiting.attempt(username)
        with _problems():
            self._accounts.confirm(username, body.code)
        return rendering.answer(UserAnswer(username=username))

    def post_sign_out(self, username: str) -> Response:
        """Sign somebody out everywhere."""
        caller_looking_after(player_in_path(username, "username"))
        try:
            self._accounts.sign_out(username)
        except RefusedByPoolError:
            raise ProblemError(P.NOT_FOUND, f"Nobody registered as {username}.") from None
        return rendering.answer(UserAnswer(username=username))

    @property
    def _accounts(self) -> Accounts:
        if self._known is None:
            raise ProblemError(P.NOT_FOUND, "This service has no user pool: nobody registers or logs in here.")
        return self._known

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return describe(
            register=self.post_user,
            login=self.post_login,
            refresh=self.post_refresh,
            confirm=self.post_confirm,
            sign_out=self.post_sign_out,
        )


def _may_give_away(name: str) -> bool:
    """Whether whoever asks may say whose the name of somebody who played is."""
    principal = caller_or_none()
    if principal is None or principal.boards is not None or principal.makes_keys_only:
        return False
    return principal.looks_after(name)


def _tokens(made: SignedIn) -> Response:
    body = TokensAnswer(
        idToken=made.id_token, refreshToken=made.refresh_token or None, expires_in=made.expires_in_seconds
    )
    answer = rendering.answer(body)
    answer.headers.update(_NEVER_KEPT)
    return answer


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except RegistrationError as error:
        raise invalid(error.field, str(error)) from None
    except RefusedByPoolError as error:
        raise _problem(error.refusal) from None


def _problem(refusal: Refusal) -> ProblemError:
    match refusal:
        case Refusal.EXISTS:
            return ProblemError(P.USER_EXISTS, "This username is taken.")
        case Refusal.PASSWORD:
            return invalid("password", "breaks a rule of the user pool")
        case Refusal.REQUEST:
            return ProblemError(P.INVALID_REQUEST, "The user pool does not take this username or e-mail address.")
        case Refusal.CODE:
            return invalid("code", "is not the code that was sent, or no longer")
        case Refusal.UNCONFIRMED:
            return ProblemError(P.USER_NOT_CONFIRMED, "UserNotConfirmed: confirm the account first.")
        case Refusal.CREDENTIALS:
            return ProblemError(P.WRONG_CREDENTIALS, "Nobody is known by these.", headers=_CHALLENGE)
