"""Read who changed what."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from flask import Response
from marshmallow import fields, validate

from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.access import ACCESS, AUDITED_AFTERWARDS, is_audited
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.query_fields import Query, limit
from ledgerboard_ledger import AuditEntry

AUDIT_TAGS: Final = {
    "audit": "Who changed what, when and from where, and how it was before and after. Scores are not among it: the "
    "ledger is their record."
}
MAX_PRINCIPAL: Final = 80
_RULE: Final = "/v1/audit"
_ENTRY: Final[dict[str, Any]] = {
    "audit_id": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f",
    "occurred_at": "2026-11-21T10:15:30.123456Z",
    "principal": "player:mia",
    "address": "192.0.2.7",
    "operation": "PUT /v1/hooks/<hook>",
    "target": {"hook": "prizes"},
    "request_id": "5fea7756",
    "status": 200,
    "before": {"hook": "prizes", "url": "https://old.example/prizes", "events": ["season.closed"], "secret": "prizes"},
    "after": {"hook": "prizes", "url": "https://new.example/prizes", "events": ["season.closed"], "secret": "prizes"},
}


class AuditQuery(Query):
    """A page of the audit."""

    principal = fields.String(
        load_default=None,
        validate=validate.Length(1, MAX_PRINCIPAL),
        metadata={
            "description": "Only what this one did: `root`, `key:` and its id, `player:` and the name, or `anonymous`.",
            "example": "player:mia",
        },
    )
    operation = fields.String(
        load_default=None,
        validate=validate.Length(1, MAX_PRINCIPAL),
        metadata={
            "description": "Only this operation, as entries tell of it.",
            "example": "PUT /v1/hooks/<hook>",
        },
    )
    before = fields.UUID(
        load_default=None,
        metadata={
            "description": "Only entries older than this one.",
            "example": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f",
        },
    )
    limit = limit()


class AuditItem(msgspec.Struct, frozen=True, kw_only=True):
    """One write. Without a ``status`` its process ended half-way: nobody knows whether it was done.

    ``target`` is what the path names. ``before`` and ``after`` tell a thing as its own routes do, without secrets and
    reasons. Of an erased player the names are gone, and what stood beside them.
    """

    audit_id: UUID
    occurred_at: AwareDatetime
    principal: str
    address: str | None
    operation: str
    target: dict[str, str]
    request_id: str
    status: int | None
    before: Any
    after: Any


class AuditAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Entries, newest first. ``next`` leads to older ones, or is null where this page was not full."""

    entries: tuple[AuditItem, ...]
    next: str | None


class Audit(Protocol):
    """The audit. Raises `UnavailableError` when it is down."""

    def page(
        self, before: UUID | None, limit: int, *, principal: str | None, operation: str | None
    ) -> Sequence[AuditEntry]:
        """Entries older than one, newest first."""
        ...


class AuditRoutes:
    """``GET /v1/audit``."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def list_audit(self, query: Mapping[str, Any]) -> Response:
        """Tell a page of entries."""
        most, only = query["limit"], {name: query[name] for name in ("principal", "operation")}
        entries = self._audit.page(query["before"], most, **only)
        following = None
        if len(entries) == most:
            pairs = {"before": entries[-1].audit_id, "limit": most} | {k: v for k, v in only.items() if v}
            following = f"{_RULE}?{urlencode(pairs)}"
        return rendering.answer(AuditAnswer(entries=tuple(map(_item, entries)), next=following))

    def operations(self) -> list[Operation]:
        """This route, and what its documentation says."""
        return [
            Operation(
                tag="audit",
                method="GET",
                rule=_RULE,
                view=self.list_audit,
                summary="Read who changed what",
                description=f"Newest first. Told of are: {', '.join(_told_of())}; and boards that a score made. Follow "
                "`next` for older ones.",
                query=AuditQuery,
                answers={200: Answer([AuditAnswer], {"entries": [_ENTRY], "next": None}, "A page of entries")},
                problems=[P.UNAVAILABLE],
            )
        ]


def _told_of() -> Sequence[str]:
    told = (name for name, access in ACCESS.items() if is_audited(name.partition(" ")[0], access))
    return [f"`{name}`" for name in sorted({*told, *AUDITED_AFTERWARDS})]


def _item(entry: AuditEntry) -> AuditItem:
    return AuditItem(
        **{name: getattr(entry, name) for name in AuditItem.__struct_fields__ if name != "target"},
        target=dict(entry.target),
    )
