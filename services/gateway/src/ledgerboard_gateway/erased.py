"""Know who was erased lately, so that a token of theirs does nothing more.

An account is deleted with its player, but a token of it is good until it ends, and its issuer cannot take it back.
What a process was asked to erase it knows at once; what others were, it reads every few seconds.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_gateway.periodic import Periodic
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import ErasedPlayers

KEPT: Final = timedelta(days=7)
"""How long an erasure is known: no token that is worth the name lives longer."""

_MOST_NOTED: Final = 10_000


class Source(Protocol):
    """The record of erasures. Raises `UnavailableError` when it is down."""

    def erasures(self, since: datetime) -> ErasedPlayers:
        """The players who were erased at ``since`` or afterwards."""
        ...


class Accounts(Protocol):
    """The players' accounts. Raises `UnavailableError` when their provider is down."""

    def delete(self, username: str) -> None:
        """Let nobody have that name any more."""
        ...


class Erased:
    """The erasures of late, read again every ``period_seconds`` by a thread of its own between `start` and `close`.

    ``leeway``: by how much the clocks of those who issue tokens may be ahead.
    """

    def __init__(self, source: Source, clock: Clock, period_seconds: float, leeway: timedelta) -> None:
        self._source = source
        self._clock = clock
        self._leeway = leeway
        self._recorded = ErasedPlayers(b"", {})
        self._noted: dict[str, datetime] = {}
        self._reading = Periodic("erasures", self._read, period_seconds)

    def start(self) -> None:
        """Start reading."""
        self._reading.start()

    def close(self) -> None:
        """Read no more. What is known stays."""
        self._reading.close()

    def refresh(self) -> None:
        """Read the record. An outage leaves what is known as it is."""
        self._reading.once()

    def note(self, player: str, at: datetime) -> None:
        """An erasure was asked for here, and is not recorded yet."""
        if len(self._noted) < _MOST_NOTED:
            self._noted[player] = at

    def covers(self, player: str, issued_at: datetime) -> bool:
        """Whether a token of that name was issued before its player was erased. One who came back has another."""
        erased_at = self._noted.get(player) or self._recorded.erased_at(player)
        return erased_at is not None and issued_at <= erased_at + self._leeway

    def _read(self) -> None:
        now = self._clock.now()
        self._recorded = self._source.erasures(now - KEPT)
        self._noted = {player: at for player, at in self._noted.items() if at > now - KEPT}


class EndingAccounts:
    """Ends what a player is known by who is about to be erased: the account, where there are any, and tokens of it.

    The tokens end in this process at once, and everywhere once the erasure is recorded.
    """

    def __init__(self, accounts: Accounts | None, erased: Erased, clock: Clock) -> None:
        self._accounts = accounts
        self._erased = erased
        self._clock = clock

    def delete(self, username: str) -> None:
        """Let nobody be known by that name until a new account has it. Safe to repeat."""
        if self._accounts is not None:
            self._accounts.delete(username)
        self._erased.note(username, self._clock.now())
