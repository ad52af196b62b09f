"""The audit tells what was done, by whom and from where, and names nobody who was erased."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import CorrectionKind
from ledgerboard_history.forgetting import ForgetAudit
from ledgerboard_ledger import AuditEntry, AuditReader, Endpoints, LedgerWriter, PostgresAudit
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON
from ledgerboard_testkit.suites.audit import audit_entry, fresh_principal
from tests.integration.ledger.audited import leave_entries
from tests.integration.ledger.erasure_traces import tables_that_name

LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def audit(engine: Engine) -> PostgresAudit:
    return PostgresAudit(engine)


@pytest.fixture
def reader(engine: Engine) -> AuditReader:
    return AuditReader(Endpoints(engine, engine))


@pytest.fixture
def principal() -> str:
    return fresh_principal()


@pytest.fixture
def player() -> str:
    return f"jo-{uuid4().hex}"


def entries(reader: AuditReader, principal: str) -> Sequence[AuditEntry]:
    return reader.page(None, 100, principal=principal)


def test_what_is_older_than_it_is_kept_is_forgotten_little_by_little(
    audit: PostgresAudit, reader: AuditReader, principal: str
) -> None:
    now = datetime.now(UTC)
    old = [audit_entry(principal, now - timedelta(days=40)) for _ in range(3)]
    young = audit_entry(principal, now - timedelta(days=20))
    for each in (*old, young):
        audit.begin(each)
    assert audit.forget(timedelta(days=30), 2) == 2
    ForgetAudit(audit, timedelta(days=30)).run()
    assert entries(reader, principal) == [young]


def test_an_erasure_leaves_what_was_done_and_when_and_neither_name_nor_address(
    engine: Engine, reader: AuditReader, player: str
) -> None:
    own, others = leave_entries(engine, player)
    LedgerWriter(engine).correct([correction(CorrectionKind.ERASE, player=player, at=LATER)])
    assert tables_that_name(engine, player) == set()
    told = {each.audit_id: each for each in reader.page(None, 10_000)}
    assert told[own].principal.startswith("player:erased:")
    assert told[own].address is None
    assert (told[others].principal, told[others].address) == ("key:k1", "192.0.2.7")
    for each in (told[own], told[others]):
        assert (each.operation, each.status, each.occurred_at) == ("PUT /v1/players/<player>/name", 200, NOON)
        assert (each.target, each.before, each.after, each.players) == ({}, None, None, ())


@pytest.mark.parametrize("is_begun_with_the_name", [True, False])
def test_what_is_completed_after_an_erasure_names_nobody_either(
    engine: Engine,
    audit: PostgresAudit,
    reader: AuditReader,
    player: str,
    is_begun_with_the_name: bool,  # noqa: FBT001 -- a parameter of the test.
) -> None:
    players = (player,) if is_begun_with_the_name else ()
    begun = audit_entry("key:k1", target=dict.fromkeys(players, "x"), players=players)
    audit.begin(begun)
    LedgerWriter(engine).correct([correction(CorrectionKind.ERASE, player=player, at=LATER)])
    audit.complete(begun, status=202, before=None, after={"player": player}, players=[player])
    assert tables_that_name(engine, player) == set()
    told = next(each for each in reader.page(None, 10_000) if each.audit_id == begun.audit_id)
    assert (told.status, told.after) == (202, None)


def test_who_came_back_is_named_again(engine: Engine, audit: PostgresAudit, reader: AuditReader, player: str) -> None:
    LedgerWriter(engine).correct([correction(CorrectionKind.ERASE, player=player)])
    begun = audit_entry(f"player:{player}", LATER, target={"player": player}, players=(player,))
    audit.begin(begun)
    audit.complete(begun, status=200, before=None, after={"player": player}, players=[player])
    assert [each.after for each in entries(reader, f"player:{player}")] == [{"player": player}]
