"""The bodies of registering and logging in, in the form that players' clients know.

The structs that hold a password or a token do not show it: a repr of one may end in a log.
"""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http.requests import json_body
from ledgerboard_gateway.http.second_look import decoded

MAX_PASSWORD: Final = 256
MAX_TOKEN: Final = 12 * 1024

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Password = Annotated[str, Meta(min_length=1, max_length=MAX_PASSWORD)]
Email = Annotated[
    str,
    Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$(?!\s)", description="An e-mail address."),
]
RefreshToken = Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN)]

B = TypeVar("B", bound=msgspec.Struct)


class _Discreet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class UserBody(_Discreet, frozen=True, kw_only=True):
    """Somebody who registers. A username is at most 50 characters, without white space, ``/`` and ``|``.

    A password has at least 8 characters, and among them an upper-case letter, a lower-case letter and a digit.
    """

    username: Name
    password: Password
    email: Email


class LoginBody(_Discreet, frozen=True, kw_only=True):
    """Somebody who logs in."""

    username: Name
    password: Password


class ConfirmBody(_Discreet, frozen=True, kw_only=True):
    """The code that was sent by e-mail."""

    code: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S+$(?!\s)")]


class RefreshBody(_Discreet, frozen=True, kw_only=True):
    """What a login brought beside the id token."""

    refreshToken: RefreshToken  # noqa: N815 -- as a login's answer names it.


class UserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The account."""

    username: str


class TokensAnswer(_Discreet, frozen=True, kw_only=True):
    """What a login brings: ``idToken`` goes into `Authorization: Bearer`, and ends after ``expires_in`` seconds."""

    idToken: str  # noqa: N815 -- the name that clients know.
    refreshToken: str | None = None  # noqa: N815 -- beside the other.
    expires_in: int


class UserScoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A score that the queue stores. ``gamedate`` is when it was accepted."""

    event_id: str
    username: str
    level: int
    score: int
    gamedate: AwareDatetime


def read(kind: type[B]) -> B:
    """The current request's body. Raises the problem that names the field at fault."""
    return decoded(msgspec.json.Decoder(kind), json_body())
