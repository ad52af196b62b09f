"""Of a player who was erased no store keeps the name, and nothing counts that they did before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from ledgerboard_contracts import CorrectionKind, Restatement
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import (
    CorrectionsLog,
    Endpoints,
    LedgerReader,
    LedgerWriter,
    Rejected,
    Replay,
    Restatements,
    Snapshots,
)
from ledgerboard_ledger.tables import metadata
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact, rejection
from ledgerboard_testkit.polling import eventually
from tests.integration.ledger.erasure_traces import leave_traces, tables_that_name

ERASE = CorrectionKind.ERASE
AFTER = NOON + timedelta(minutes=2)
"""After the corrections of testkit, so that it is a player who came back."""


@pytest.fixture
def player() -> str:
    return f"jo-{uuid4().hex}"


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


@pytest.fixture
def writer(engine: Engine) -> LedgerWriter:
    return LedgerWriter(engine)


def test_whatever_table_has_a_player_is_known_to_the_erasure() -> None:
    known = {"facts", "rejections", "corrections", "corrected", "restated", "final_standings", "rank_snapshots"}
    known |= {"reconciliation_differences", "seats", "player_names"}
    assert {table.name for table in metadata.tables.values() if "player" in table.columns} == known


def test_no_table_names_an_erased_player(engine: Engine, writer: LedgerWriter, board: str, player: str) -> None:
    restatements = Restatements(engine)
    leave_traces(engine, board, player)
    assert {
        f"public.{table}" for table in ("facts", "rejections", "seats", "reviews", "player_names", "audit")
    } <= tables_that_name(engine, player)
    erase = correction(ERASE, player=player, author=player, reason=f"{player} asked for it")
    assert writer.correct([erase]) == [Restatement(board=board, player=player)]
    assert tables_that_name(engine, player) == set()
    assert writer.correct([erase]) == [Restatement(board=board, player=player)]
    opened = restatements.open(board, player)
    assert (opened.correction_id, opened.hidden) == (erase.correction_id, False)
    assert restatements.opened(board, player, opened.correction_id, opened.snapshot, NOON)
    assert restatements.newest(board, [player]) == {player: erase.correction_id}
    assert tables_that_name(engine, player) == set()


def test_what_they_did_stands_and_does_not_count(engine: Engine, writer: LedgerWriter, board: str, player: str) -> None:
    before, back = fact(player, 7, at=AFTER), fact(player, at=AFTER + timedelta(milliseconds=1))
    writer.append([envelope(before, board=board)], [])
    writer.correct([correction(ERASE, player=player, at=AFTER)])
    writer.append([envelope(back, board=board)], [])
    snapshot = Snapshots(engine).after_all_before()
    replay = Replay(engine)
    assert replay.count(board, snapshot) == 2
    assert replay.page(board, snapshot, None, 9).facts == replay.player(board, player, snapshot) == [back]
    assert replay.voided([before.event_id, back.event_id]) == {before.event_id}
    assert replay.erased([before, back, fact("other")]) == {before.event_id}


def test_what_comes_late_is_recorded_without_the_name_and_told_again_under_it(
    engine: Engine, writer: LedgerWriter, board: str, player: str
) -> None:
    erase = correction(ERASE, player=player)
    assert writer.correct([erase]) == []
    late, back, refused = fact(player, 7), fact(player, 8, at=AFTER), rejection(player=player)
    sent = envelope(late, back, fact("other"), board=board)
    for recorded in (3, 0):
        result = writer.append([sent], [refused])
        assert result.recorded == recorded
        assert [each.facts for each in result.late] == [(late, back)]
    assert tables_that_name(engine, player) == {"public.facts", "public.facts_2026_11"}, "they came back"
    snapshot = Snapshots(engine).after_all_before()
    assert Replay(engine).player(board, player, snapshot) == [back]
    found = LedgerReader(engine, engine).event(refused.event_id)
    assert isinstance(found, Rejected)
    assert found.rejection.player.startswith("erased:")


def test_a_correction_that_comes_after_their_erasure_does_not_name_them(
    engine: Engine, writer: LedgerWriter, board: str, player: str
) -> None:
    ban = correction(CorrectionKind.BAN, player=player)
    writer.correct([correction(ERASE, player=player)])
    writer.correct([ban])
    assert tables_that_name(engine, player) == set()
    assert not Restatements(engine).of(board, [player])[player].hidden


def test_who_comes_back_can_be_banned_and_erased_once_more(
    engine: Engine, writer: LedgerWriter, board: str, player: str
) -> None:
    restatements, back = Restatements(engine), fact(player, at=AFTER)
    writer.correct([correction(ERASE, player=player)])
    writer.append([envelope(back, board=board)], [])
    writer.correct([correction(CorrectionKind.BAN, player=player)])
    assert restatements.of(board, [player])[player].hidden
    assert restatements.hidden(board).keys() == {player}
    writer.correct([correction(ERASE, player=player, at=AFTER + timedelta(seconds=1))])
    assert tables_that_name(engine, player) == set()
    assert Replay(engine).player(board, player, Snapshots(engine).after_all_before()) == []


def test_one_who_is_recorded_while_they_are_erased_is_renamed_too(
    engine: Engine, writer: LedgerWriter, board: str, player: str, fresh_database: str
) -> None:
    writer.append([envelope(fact())], [])
    slow, release, inserted = make_engine(fresh_database, application_name="slow", pool_size=1), Event(), Event()

    def wait(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "restated" in statement and not inserted.is_set():  # After the check, before the commit.
            inserted.set()
            release.wait(20)

    event.listen(slow, "after_cursor_execute", wait)
    with ThreadPoolExecutor(2) as pool:
        append = pool.submit(LedgerWriter(slow).append, [envelope(fact(player), board=board)], [])
        eventually(inserted.is_set)
        corrected = pool.submit(writer.correct, [correction(ERASE, player=player)])
        eventually(lambda: "public.corrections" in tables_that_name(engine, "erased:"))
        release.set()
        append.result()
        assert corrected.result() == [Restatement(board=board, player=player)]
    slow.dispose()
    assert tables_that_name(engine, player) == set()


_CHANGES = {
    "another score": "UPDATE {} SET score = 0, player = :name",
    "another time": "UPDATE {} SET occurred_at = now(), player = :name",
    "a name of nobody": "UPDATE {} SET player = 'erased:nobody'",
    "the name of another's erasure": "UPDATE {} SET player = :name WHERE player <> :player",
    "a deletion": "DELETE FROM {}",
    "all of it": "TRUNCATE {}",
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
@pytest.mark.parametrize("table", ["facts", "rejections", "facts_2026_11", "rejections_2026_11", "corrections"])
def test_the_exemption_serves_for_nothing_else(
    engine: Engine, writer: LedgerWriter, player: str, table: str, change: str
) -> None:
    if table == "corrections":
        change = change.replace("score = 0", "reason = 'x', board = 'x'")
    writer.append([envelope(fact(player), fact("other"))], [rejection(player=player), rejection()])
    writer.correct([correction(CorrectionKind.UNBAN, player=player), correction(CorrectionKind.UNBAN, player="other")])
    writer.correct([correction(ERASE, player=player)])
    with engine.connect() as connection:
        named = text("SELECT player FROM corrections WHERE kind = 'erase' ORDER BY correction_id DESC LIMIT 1")
        asked = {"name": connection.execute(named).scalar_one(), "player": player}
        connection.execute(text("SET LOCAL ledgerboard.erasing = 'on'"))
        with pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text(change.format(table)), asked)


def test_who_was_erased_lately_is_known_by_their_name_and_by_no_other(
    engine: Engine, writer: LedgerWriter, player: str
) -> None:
    log, before = CorrectionsLog(Endpoints(engine, engine)), datetime.now(UTC) - timedelta(minutes=1)
    assert log.erasures(before).erased_at(player) is None
    erase = correction(ERASE, player=player)
    writer.correct([erase])
    known = log.erasures(before)
    assert known.erased_at(player) == erase.occurred_at
    assert known.erased_at(f"{player}x") is None
    assert player not in repr(known)
    again = correction(ERASE, player=player, at=AFTER)
    writer.correct([again])
    assert log.erasures(before).erased_at(player) == AFTER
    assert log.erasures(datetime.now(UTC) + timedelta(minutes=1)).until == {}
