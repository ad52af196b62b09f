"""What a user pool refuses, in our words.

Nothing that is raised here quotes Cognito or boto3, and no exception is chained to one of theirs: their messages may
repeat what they were given, which is passwords.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from ledgerboard_infra.errors import UnavailableError


class Refusal(StrEnum):
    """Why the pool does not do what it was asked."""

    EXISTS = "exists"
    """The name is taken."""
    PASSWORD = "password"  # noqa: S105 -- the name of a refusal.
    """The password breaks a rule of the pool."""
    REQUEST = "request"
    """The name or the address breaks a rule of the pool."""
    CREDENTIALS = "credentials"
    """Unknown, disabled, a wrong password, a token that is not good, or one who must do more than give a password."""
    UNCONFIRMED = "unconfirmed"
    """Registered, but not confirmed."""
    CODE = "code"
    """Not the code, or no longer."""


_REFUSALS: Final[Mapping[str, Refusal]] = {
    "UsernameExistsException": Refusal.EXISTS,
    "AliasExistsException": Refusal.EXISTS,
    "InvalidPasswordException": Refusal.PASSWORD,
    "InvalidParameterException": Refusal.REQUEST,
    "NotAuthorizedException": Refusal.CREDENTIALS,
    "UserNotFoundException": Refusal.CREDENTIALS,
    "PasswordResetRequiredException": Refusal.CREDENTIALS,
    "UserNotConfirmedException": Refusal.UNCONFIRMED,
    "CodeMismatchException": Refusal.CODE,
    "ExpiredCodeException": Refusal.CODE,
}
"""Whatever else it says passes by itself, or is for an operator to mend."""

_NOBODY: Final = frozenset({"UserNotFoundException", "InvalidParameterException"})


class RefusedByPoolError(Exception):
    """The pool does not do what it was asked. ``is_nobody``: because no user has that name, nor ever could."""

    def __init__(self, refusal: Refusal, *, is_nobody: bool = False) -> None:
        super().__init__(f"the user pool refused: {refusal}")
        self.refusal = refusal
        self.is_nobody = is_nobody


@contextmanager
def cognito_errors() -> Iterator[None]:
    """Translate, and let nothing through that may quote a password."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _REFUSALS:
            raise RefusedByPoolError(_REFUSALS[code], is_nobody=code in _NOBODY) from None
        raise UnavailableError(f"Cognito: {code}") from None
    except BotoCoreError as error:
        raise UnavailableError(f"Cognito: {type(error).__name__}") from None


@contextmanager
def nobody_is_no_error() -> Iterator[None]:
    """Go on where no user has the name: what was to be done to them needs no doing."""
    try:
        yield
    except RefusedByPoolError as error:
        if not error.is_nobody:
            raise
