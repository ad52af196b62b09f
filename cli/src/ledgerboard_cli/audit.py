"""Read who changed what. Everything raises `GatewayError`."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from ledgerboard_cli.transport import Transport, path

_MOST_A_PAGE: Final = 100


class Entry(msgspec.Struct, frozen=True):
    """One write. Without a status nobody knows whether it was done."""

    audit_id: str
    occurred_at: str
    principal: str
    operation: str
    target: dict[str, str]
    request_id: str = ""
    address: str | None = None
    status: int | None = None
    before: Any = None
    after: Any = None


class _Page(msgspec.Struct, frozen=True):
    entries: tuple[Entry, ...]
    next: str | None = None


class AuditOverHttp:
    """The gateway's audit."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def newest(self, principal: str | None, operation: str | None, limit: int) -> Sequence[Entry]:
        """The newest entries, of one principal or operation where one is named."""
        query = {"principal": principal, "operation": operation, "limit": min(limit, _MOST_A_PAGE)}
        found, where = list[Entry](), path("v1", "audit", query=query)
        while True:
            page = self._transport.get(_Page, "GET", where)
            found += page.entries
            if page.next is None or len(found) >= limit:
                return found[:limit]
            where = page.next


class Audit:
    """What the command line says of the audit."""

    def __init__(self, audit: AuditOverHttp, say: Callable[[str], object]) -> None:
        self._audit = audit
        self._say = say

    def list(self, principal: str | None, operation: str | None, limit: int, *, as_json: bool) -> int:
        """A line for each entry."""
        for entry in self._audit.newest(principal, operation, limit):
            self._say(msgspec.json.encode(entry).decode() if as_json else _line(entry))
        return 0


def _line(entry: Entry) -> str:
    target = [f"{name}={text}" for name, text in entry.target.items()]
    status = "unknown" if entry.status is None else str(entry.status)
    return " ".join([entry.occurred_at, entry.principal, entry.address or "-", status, entry.operation, *target])
