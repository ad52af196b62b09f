"""What the documentation says of accounts."""

from collections.abc import Callable
from typing import Any, Final

from flask import Response

from ledgerboard_gateway.http.account_bodies import (
    ConfirmBody,
    LoginBody,
    RefreshBody,
    TokensAnswer,
    UserAnswer,
    UserBody,
)
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import ProblemType as P

ACCOUNT_TAGS: Final = {
    "accounts": "Register and log in. An id token then says who writes: `Authorization: Bearer <idToken>`."
}

View = Callable[..., Response]

_USER: Final = {"username": "ubecker"}
_LOGIN: Final = {**_USER, "password": "Correct-Horse-7"}
_TOKENS: Final[dict[str, Any]] = {
    "idToken": "eyJraWQiOiJ4In0.eyJzdWIiOiJ5In0.c2ln",
    "refreshToken": "eyJjdHkiOiJKV1QifQ.x.y",
    "expires_in": 3600,
}
_ALWAYS: Final = [P.NOT_FOUND, P.UNAVAILABLE]
_SIGNED_IN: Final = {200: Answer([TokensAnswer], _TOKENS, "The tokens")}


def describe(*, register: View, login: View, refresh: View, confirm: View, sign_out: View) -> list[Operation]:
    """The operations of these views."""
    return [
        Operation(
            tag="accounts",
            method="POST",
            rule="/users",
            view=register,
            summary="Register",
            description="The new user is a player. Unless the service confirms at once, a code comes by e-mail. The "
            "name of somebody who played already is taken; a manager, or a server key of all boards, may register it.",
            body=Body(UserBody, {**_LOGIN, "email": "u.becker@example.com"}),
            answers={201: Answer([UserAnswer], _USER, "Registered")},
            problems=[P.USER_EXISTS, *_ALWAYS],
        ),
        Operation(
            tag="accounts",
            method="POST",
            rule="/login",
            view=login,
            summary="Log in",
            description="A wrong password and an unknown user are the same answer.",
            body=Body(LoginBody, _LOGIN),
            answers=_SIGNED_IN,
            problems=[P.WRONG_CREDENTIALS, P.USER_NOT_CONFIRMED, *_ALWAYS],
        ),
        Operation(
            tag="accounts",
            method="POST",
            rule="/v1/refresh",
            view=refresh,
            summary="Refresh an id token",
            description="The refresh token stays the same, until the user signs out or it ends.",
            body=Body(RefreshBody, {"refreshToken": _TOKENS["refreshToken"]}),
            answers=_SIGNED_IN,
            problems=[P.WRONG_CREDENTIALS, P.USER_NOT_CONFIRMED, *_ALWAYS],
        ),
        Operation(
            tag="accounts",
            method="POST",
            rule="/v1/users/<username>/confirm",
            view=confirm,
            summary="Confirm a registration",
            description="With the code that came by e-mail. An unknown user and a wrong code are the same answer.",
            body=Body(ConfirmBody, {"code": "123456"}),
            answers={200: Answer([UserAnswer], _USER, "Confirmed")},
            problems=_ALWAYS,
        ),
        Operation(
            tag="accounts",
            method="POST",
            rule="/v1/users/<username>/sign-out",
            view=sign_out,
            summary="Sign a user out everywhere",
            description="Refresh tokens are void from now on. Id tokens live on until they end, an hour at most.",
            answers={200: Answer([UserAnswer], _USER, "Signed out")},
            problems=_ALWAYS,
        ),
    ]
