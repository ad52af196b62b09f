"""The audit, whoever keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import AuditEntry
from ledgerboard_testkit.memory.dependency import NOON


class Audit(Protocol):
    """The audit as it is written and read, in one."""

    def begin(self, entry: AuditEntry) -> None: ...
    def complete(self, begun: AuditEntry, *, status: int, before: Any, after: Any, players: Sequence[str]) -> None: ...
    def withdraw(self, audit_id: UUID) -> None: ...
    def page(
        self, before: UUID | None, limit: int, *, principal: str | None = ..., operation: str | None = ...
    ) -> Sequence[AuditEntry]: ...


def audit_entry(principal: str = "root", at: datetime = NOON, **others: Any) -> AuditEntry:
    """An entry of a name that was said."""
    given: dict[str, Any] = {
        "operation": "PUT /v1/players/<player>/name", "target": {"player": "ada"}, "request_id": "r-1",
        "address": "192.0.2.7", "players": ("ada",),
    } | others  # fmt: skip
    return AuditEntry(audit_id=new_uuid7(at), occurred_at=at, principal=principal, **given)


def fresh_principal() -> str:
    """One whom no other test has."""
    return f"key:{uuid4()}"


class AuditSuite:
    """Give it ``audit``."""

    def test_an_entry_tells_nothing_of_what_came_of_it_until_it_is_completed(self, audit: Audit) -> None:
        principal = fresh_principal()
        begun = audit_entry(principal)
        audit.begin(begun)
        assert audit.page(None, 9, principal=principal) == [begun]
        after = {"name": "Ada", "of": [1, None]}
        audit.complete(begun, status=200, before=None, after=after, players=["ada", "bob"])
        (told,) = audit.page(None, 9, principal=principal)
        assert (told.status, told.before, told.after) == (200, None, after)
        assert (told.players, told.address) == (("ada", "bob"), "192.0.2.7")

    def test_of_what_was_not_done_nothing_is_told(self, audit: Audit) -> None:
        begun = audit_entry(principal := fresh_principal())
        audit.begin(begun)
        audit.withdraw(begun.audit_id)
        assert audit.page(None, 9, principal=principal) == []

    def test_pages_tell_the_newest_first_of_one_principal_or_operation(self, audit: Audit) -> None:
        principal = fresh_principal()
        made = [audit_entry(principal, operation=f"PUT /v1/{number % 2}/{principal}") for number in range(5)]
        for each in made:
            audit.begin(each)
        newest = sorted(made, key=lambda each: each.audit_id, reverse=True)
        first = audit.page(None, 3, principal=principal)
        assert [*first, *audit.page(first[-1].audit_id, 3, principal=principal)] == newest
        odd = [each for each in newest if each in made[1::2]]
        assert audit.page(None, 9, operation=f"PUT /v1/1/{principal}") == odd
