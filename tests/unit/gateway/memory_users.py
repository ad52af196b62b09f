"""A user pool in memory. As the real one it tells nothing of an account to who does not know its password."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ledgerboard_infra.cognito import SignedIn
from ledgerboard_infra.cognito_refusals import Refusal, RefusedByPoolError
from ledgerboard_testkit.memory.dependency import Dependency

CODE: Final = "123456"
EXPIRES_IN_SECONDS: Final = 3600


@dataclass
class Account:
    password: str
    email: str
    confirmed: bool = False
    groups: list[str] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)


class MemoryUsers(Dependency):
    """``issue`` makes an id token. ``dies_at`` is the call at which it goes down for good, once."""

    def __init__(self, issue: Callable[..., str]) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.dies_at = ""
        self._issue = issue

    def sign_up(self, username: str, password: str, email: str) -> None:
        self._step("sign_up")
        if username in self.accounts:
            raise RefusedByPoolError(Refusal.EXISTS)
        self.accounts[username] = Account(password, email)

    def confirm(self, username: str, code: str) -> None:
        self._step("confirm")
        account = self._account(username)
        if code != CODE:
            raise RefusedByPoolError(Refusal.CODE)
        if account.confirmed:
            raise RefusedByPoolError(Refusal.CREDENTIALS)
        account.confirmed = True

    def confirm_at_once(self, username: str) -> None:
        self._step("confirm_at_once")
        self._account(username).confirmed = True

    def join(self, username: str, group: str) -> None:
        self._step("join")
        self._account(username).groups.append(group)

    def sign_in(self, username: str, password: str) -> SignedIn:
        self._step("sign_in")
        account = self._account(username)
        if account.password != password:
            raise RefusedByPoolError(Refusal.CREDENTIALS)
        if not account.confirmed:
            raise RefusedByPoolError(Refusal.UNCONFIRMED)
        account.refresh_tokens.append(f"refresh-{username}-{len(account.refresh_tokens)}")
        return SignedIn(self._issue(username, *account.groups), account.refresh_tokens[-1], EXPIRES_IN_SECONDS)

    def refresh(self, refresh_token: str) -> SignedIn:
        self._step("refresh")
        for username, account in self.accounts.items():
            if refresh_token in account.refresh_tokens:
                return SignedIn(self._issue(username, *account.groups), "", EXPIRES_IN_SECONDS)
        raise RefusedByPoolError(Refusal.CREDENTIALS)

    def sign_out(self, username: str) -> None:
        self._step("sign_out")
        self._account(username).refresh_tokens.clear()

    def delete(self, username: str) -> None:
        self._step("delete")
        self.accounts.pop(username, None)

    def groups(self, username: str) -> frozenset[str]:
        self._step("groups")
        return frozenset(self.accounts[username].groups) if username in self.accounts else frozenset()

    def _step(self, name: str) -> None:
        if self.dies_at == name:
            self.dies_at, self.available = "", False
        self.answer()

    def _account(self, username: str) -> Account:
        if username not in self.accounts:
            raise RefusedByPoolError(Refusal.CREDENTIALS)
        return self.accounts[username]
