"""Register players and log them in, at the identity provider.

The provider is asked while a request waits, so no more than a few requests may wait for it, and none while it hangs:
its outage takes registration and login, and nothing else. What is checked here as well as there is what a stand-in for
the provider may leave unchecked.
"""

import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar
from uuid import UUID

from ledgerboard_contracts import check_player
from ledgerboard_contracts.display_names import check_visible
from ledgerboard_contracts.names import InvalidNameError
from ledgerboard_contracts.scripts import mixes_scripts
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_infra.cognito import SignedIn
from ledgerboard_infra.cognito_refusals import Refusal, RefusedByPoolError
from ledgerboard_infra.errors import UnavailableError

T = TypeVar("T")

MAX_USERNAME: Final = 50
MIN_PASSWORD: Final = 8


class Users(Protocol):
    """The provider's users. Everything raises `RefusedByPoolError` and `UnavailableError`."""

    def sign_up(self, username: str, password: str, email: str) -> None:
        """Register somebody, who is not confirmed by that."""
        ...

    def confirm(self, username: str, code: str) -> None:
        """Confirm with the code that was sent."""
        ...

    def confirm_at_once(self, username: str) -> None:
        """Confirm without a code."""
        ...

    def join(self, username: str, group: str) -> None:
        """Put a user into a group."""
        ...

    def sign_in(self, username: str, password: str) -> SignedIn:
        """Tokens for who knows the password."""
        ...

    def refresh(self, refresh_token: str) -> SignedIn:
        """Fresh tokens for who signed in before."""
        ...

    def sign_out(self, username: str) -> None:
        """Make every refresh token of a user void."""
        ...

    def delete(self, username: str) -> None:
        """Let there be no such user. Safe to repeat, and for names that nobody ever had."""
        ...

    def groups(self, username: str) -> frozenset[str]:
        """The groups of a user; none of a user who is not there."""
        ...


class Ledger(Protocol):
    """The record of plays. Raises `UnavailableError` when it is down."""

    def plays(self, player: str, board: str | None, before: UUID | None, limit: int) -> Sequence[object]:
        """A player's plays, on all boards where none is named."""
        ...


class RegistrationError(ValueError):
    """A name or password breaks a rule. ``field`` names which; the message never repeats a password."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Accounts:
    """The players' accounts. Raises `RefusedByPoolError` and `UnavailableError`, after a bounded wait."""

    def __init__(self, users: Users, ledger: Ledger, group: str, *, auto_confirm: bool, calls: int) -> None:
        self._users = users
        self._ledger = ledger
        self._group = group
        self._auto_confirm = auto_confirm
        self._seats = threading.BoundedSemaphore(calls)
        self._breaker = Breaker("the identity provider")

    def register(self, username: str, password: str, email: str, *, may_have_played: bool) -> None:
        """Make an account, in the players' group. Raises `RegistrationError`.

        A name is a player's id, so the name of somebody who played is taken, unless it is given away by who may act
        for that player. Confirming comes last: who is confirmed is in the group, whatever died in between.
        """
        check_username(username)
        check_password(password)
        if not may_have_played and self._ledger.plays(username, None, None, 1):
            raise RefusedByPoolError(Refusal.EXISTS)
        with self._seat():
            self._call(lambda: self._users.sign_up(username, password, email))
            self._call(lambda: self._users.join(username, self._group))
            if self._auto_confirm:
                self._call(lambda: self._users.confirm_at_once(username))

    def confirm(self, username: str, code: str) -> None:
        """Confirm with the code that was sent by e-mail. Unknown users are not told from wrong codes."""
        with self._seat():
            try:
                self._call(lambda: self._users.confirm(username, code))
                self._call(lambda: self._users.join(username, self._group))
            except RefusedByPoolError:
                raise RefusedByPoolError(Refusal.CODE) from None

    def log_in(self, username: str, password: str) -> SignedIn:
        """Tokens for who knows the password, which they prove before anything is told of the account."""
        with self._seat():
            try:
                return self._call(lambda: self._users.sign_in(username, password))
            except RefusedByPoolError as error:
                if error.refusal is not Refusal.UNCONFIRMED or not self._auto_confirm:
                    raise
            return self._finish(username, password)

    def refresh(self, refresh_token: str) -> SignedIn:
        """Fresh tokens."""
        with self._seat():
            return self._call(lambda: self._users.refresh(refresh_token))

    def sign_out(self, username: str) -> None:
        """Make every refresh token of a user void."""
        with self._seat():
            self._call(lambda: self._users.sign_out(username))

    def delete(self, username: str) -> None:
        """Let nobody have that name any more. Safe to repeat, and for players who never registered."""
        with self._seat():
            self._call(lambda: self._users.delete(username))

    def groups(self, username: str) -> frozenset[str]:
        """The groups of a user; none of a user who is not there."""
        with self._seat():
            return self._call(lambda: self._users.groups(username))

    def _finish(self, username: str, password: str) -> SignedIn:
        """Complete a registration that died half-way."""
        self._call(lambda: self._users.join(username, self._group))
        self._call(lambda: self._users.confirm_at_once(username))
        return self._call(lambda: self._users.sign_in(username, password))

    def _call(self, action: Callable[[], T]) -> T:
        return self._breaker.call(action)

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if not self._seats.acquire(blocking=False):
            raise UnavailableError("too many requests wait for the identity provider")
        try:
            yield
        finally:
            self._seats.release()


def check_username(username: str) -> None:
    """Raise `RegistrationError` unless it can be a player's id for ever: 1 to 50 characters, no `|`, no space.

    Nor may it pass for another's: it holds what a display name may hold, letters of one script, and no character that
    is a form of a plainer one. A user pool would take all of these.
    """
    if len(username) > MAX_USERNAME:
        raise RegistrationError("username", f"must be at most {MAX_USERNAME} characters long")
    if "|" in username or any(character.isspace() for character in username):
        raise RegistrationError("username", "must not contain '|' or white space")
    try:
        check_visible(check_player(username))
    except InvalidNameError as error:
        raise RegistrationError("username", str(error)) from None
    if unicodedata.normalize("NFKC", username) != username:
        raise RegistrationError("username", "must be written in its plain, composed form (Unicode NFKC)")
    if mixes_scripts(username):
        raise RegistrationError("username", "must not mix letters of several scripts")


def check_password(password: str) -> None:
    """Raise `RegistrationError` with the first rule that it breaks."""
    rules = (
        (len(password) >= MIN_PASSWORD, f"must be at least {MIN_PASSWORD} characters long"),
        (any(each.isupper() for each in password), "must contain an upper-case letter"),
        (any(each.islower() for each in password), "must contain a lower-case letter"),
        (any(each.isdigit() for each in password), "must contain a digit"),
    )
    for kept, rule in rules:
        if not kept:
            raise RegistrationError("password", rule)
