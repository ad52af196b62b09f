"""Keep the audit: who changed what, when and from where."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.principals import OF_TOKEN
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import AuditEntry

_log = get_logger(__name__)


_OF_PLAYERS: Final = frozenset({"player", "username", "name"})
"""What of a path is a player's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for a write, from where, and for which."""

    principal: str
    address: str
    operation: str
    target: Mapping[str, str]
    request_id: str


class Record(Protocol):
    """The record of what was done. Raises `UnavailableError` when it is down."""

    def begin(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        ...

    def complete(self, begun: AuditEntry, *, status: int, before: Any, after: Any, players: Sequence[str]) -> None:
        """Say what came of it."""
        ...

    def withdraw(self, audit_id: UUID) -> None:
        """Forget it: nothing was done."""
        ...


class Audits:
    """Tells of each write before it is done, and of what came of it. Thread-safe.

    A write whose entry cannot be kept is not done. What cannot be completed is logged as a whole: it was done.
    """

    def __init__(self, record: Record, clock: Clock, new_id: Callable[[datetime], UUID]) -> None:
        self._record = record
        self._clock = clock
        self._new_id = new_id
        self._breaker = Breaker("the audit")

    def begin(self, asked: Asked) -> AuditEntry:
        """The entry of a write that is about to be done. Raises `UnavailableError`, and then it must not be."""
        now = self._clock.now()
        players = {text for name, text in asked.target.items() if name in _OF_PLAYERS}
        if asked.principal.startswith(OF_TOKEN):
            players.add(asked.principal.removeprefix(OF_TOKEN))
        entry = AuditEntry(audit_id=self._new_id(now), occurred_at=now, players=tuple(sorted(players)), **asdict(asked))
        self._breaker.call(lambda: self._record.begin(entry))
        return entry

    def complete(self, begun: AuditEntry, *, status: int, before: Any, after: Any, players: set[str]) -> None:
        """Say what came of a write. An outage is logged with all of it."""
        named = sorted({*begun.players, *players})
        try:
            self._breaker.call(
                lambda: self._record.complete(begun, status=status, before=before, after=after, players=named)
            )
        except UnavailableError as error:
            _log.warning(
                "an entry of the audit was not completed",
                audit_id=begun.audit_id,
                status=status,
                operation=begun.operation,
                target=begun.target,
                error=str(error),
            )

    def tell(self, asked: Asked, *, status: int, after: Any, players: set[str]) -> None:
        """Tell of what is done already. An outage is logged with all of it."""
        try:
            begun = self.begin(asked)
        except UnavailableError as error:
            _log.warning("a write is not in the audit", **asdict(asked), status=status, after=after, error=str(error))
            return
        self.complete(begun, status=status, before=None, after=after, players=players)

    def withdraw(self, begun: AuditEntry) -> None:
        """Nothing was done."""
        try:
            self._breaker.call(lambda: self._record.withdraw(begun.audit_id))
        except UnavailableError as error:
            _log.warning("an entry of the audit was not withdrawn", audit_id=begun.audit_id, error=str(error))
