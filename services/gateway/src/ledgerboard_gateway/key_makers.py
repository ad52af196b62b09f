"""End the keys of those who are managers no longer.

A key knows nothing of the person whose token made it. That person's groups are known where a user pool can be asked: so
it is, every few minutes, for each of them. Where another issuer keeps the users, they are known once the person shows a
token that was issued after the key was made and does not name the group. Until then the key goes on to its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Protocol

from ledgerboard_gateway.periodic import Periodic
from ledgerboard_gateway.principals import OF_TOKEN
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import KeyRecord

_log = get_logger(__name__)


class Known(Protocol):
    """The keys in force."""

    @property
    def makers(self) -> frozenset[str]:
        """The subjects who made them."""
        ...


class Record(Protocol):
    """The record of keys. Raises `UnavailableError` when it is down."""

    def end_of(self, maker: str, made_before: datetime, at: datetime) -> Sequence[KeyRecord]:
        """End the keys that somebody made up to a moment, and return them."""
        ...


class Users(Protocol):
    """The user pool. Raises `UnavailableError` when it is down."""

    def groups(self, username: str) -> frozenset[str]:
        """The groups of a user; none of a user who is not there."""
        ...


class KeyMakers:
    """Looks after the keys that tokens made, every ``period_seconds`` between `start` and `close`. Thread-safe.

    ``users`` is None where no pool can be asked; ``managers`` is their group.
    """

    def __init__(
        self, known: Known, record: Record, users: Users | None, managers: str, clock: Clock, period_seconds: float
    ) -> None:
        self._known = known
        self._record = record
        self._users = users
        self._group = managers
        self._clock = clock
        self._seen: dict[str, datetime] = {}
        self._lock = Lock()
        self._looking = Periodic("makers of keys", self._look, period_seconds)

    def start(self) -> None:
        """Start looking."""
        self._looking.start()

    def close(self) -> None:
        """Look no more."""
        self._looking.close()

    def look(self) -> None:
        """Look now. An outage leaves every key as it is."""
        self._looking.once()

    def saw(self, name: str, groups: frozenset[str], issued_at: datetime) -> None:
        """Take note of what a valid token says: without the group, it tells of the keys that were made before it."""
        if self._group not in groups and f"{OF_TOKEN}{name}" in self._known.makers:
            with self._lock:
                self._seen[name] = max(issued_at, self._seen.get(name, issued_at))

    def _look(self) -> None:
        now = self._clock.now()
        makers = [each.removeprefix(OF_TOKEN) for each in self._known.makers if each.startswith(OF_TOKEN)]
        for maker, known_at in self._lost(sorted(makers), now).items():
            for record in self._record.end_of(f"{OF_TOKEN}{maker}", known_at, now):
                _log.warning("a key ended with its maker's group", key_id=record.key_id, name=record.name)

    def _lost(self, makers: Iterable[str], now: datetime) -> Mapping[str, datetime]:
        """Whose group is lost, and up to when keys of theirs were made by a manager."""
        with self._lock:
            lost, self._seen = self._seen, {}
        if self._users is None:
            return lost
        for maker in makers:
            try:
                if self._group not in self._users.groups(maker):
                    lost[maker] = now
            except UnavailableError as error:
                _log.warning("a key's maker could not be looked up", error=str(error))
        return lost
