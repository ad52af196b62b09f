"""Corrections are recorded once each, and the replay leaves out what no longer counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import Correction, CorrectionKind, Fact, Restatement
from ledgerboard_ledger import LedgerWriter, PostgresDefinitions, PostgresGenerations, Replay, Restatements, Snapshots
from ledgerboard_ledger.corrections import _BOARDS
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact

BAN, UNBAN, VOID = CorrectionKind.BAN, CorrectionKind.UNBAN, CorrectionKind.VOID
RESET, DELETE = CorrectionKind.RESET, CorrectionKind.DELETE


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


@pytest.fixture
def writer(engine: Engine) -> LedgerWriter:
    return LedgerWriter(engine)


def played(engine: Engine, board: str, *facts: Fact) -> Sequence[Fact]:
    LedgerWriter(engine).append([envelope(*facts, board=board)], [])
    return facts


def counting(engine: Engine, board: str) -> set[UUID]:
    page = Replay(engine).page(board, Snapshots(engine).after_all_before(), None, 100)
    return {each.event_id for each in page.facts}


def test_a_voided_event_counts_no_more_and_its_player_is_to_be_restated(
    engine: Engine, writer: LedgerWriter, board: str
) -> None:
    kept, voided = played(engine, board, fact("ada"), fact("ada"))
    void = correction(VOID, board=board, player="ada", event_id=voided.event_id)
    assert writer.correct([void]) == [Restatement(board=board, player="ada")]
    assert counting(engine, board) == {kept.event_id}
    snapshot = Snapshots(engine).after_all_before()
    assert Replay(engine).player(board, "ada", snapshot) == [kept]
    assert Replay(engine).voided([kept.event_id, voided.event_id]) == {voided.event_id}


def test_a_correction_that_comes_again_changes_nothing_and_is_answered_as_before(
    engine: Engine, writer: LedgerWriter, board: str
) -> None:
    PostgresGenerations(engine).adopt(board, 1)
    played(engine, board, fact("ada"))
    ban, unban = correction(BAN, player="ada"), correction(UNBAN, player="ada")
    reset = correction(RESET, board=board)
    first = writer.correct([ban, unban, reset])
    assert Restatement(board=board, player="ada") in first
    assert writer.correct([ban]) == writer.correct([reset, ban]) == first
    assert not Restatements(engine).of(board, ["ada"])["ada"].hidden
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT count(*) FROM corrections WHERE board = :board"), {"board": board})
        assert rows.scalar_one() == 1
    assert [each.number for each in PostgresGenerations(engine).list(board)] == [2, 1]


@pytest.mark.parametrize("kinds", [(BAN, UNBAN, BAN), (UNBAN, BAN, UNBAN)])
@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_newest_of_bans_and_unbans_is_in_force_in_whatever_order_they_arrive(
    engine: Engine, writer: LedgerWriter, board: str, order: Sequence[int], kinds: Sequence[CorrectionKind]
) -> None:
    player = f"player-{uuid4().hex[:8]}"
    (play,) = played(engine, board, fact(player))
    wanted = [correction(kind, player=player, board=board) for kind in kinds]
    for each in order:
        writer.correct([wanted[each]])
    is_hidden = kinds[-1] is BAN
    assert Restatements(engine).of(board, [player])[player].hidden is is_hidden
    assert (player in Restatements(engine).hidden(board)) is is_hidden
    assert counting(engine, board) == (set() if is_hidden else {play.event_id})


def test_an_unban_everywhere_leaves_the_ban_of_one_board(engine: Engine, writer: LedgerWriter, board: str) -> None:
    player, other = f"player-{uuid4().hex[:8]}", f"{board}-2"
    for each in (board, other):
        played(engine, each, fact(player))
    writer.correct([correction(BAN, player=player, board=board), correction(BAN, player=player)])
    assert counting(engine, board) == counting(engine, other) == set()
    assert [each.board for each in writer.correct([correction(UNBAN, player=player)])] == [board, other]
    assert counting(engine, board) == set()
    assert len(counting(engine, other)) == 1


def test_a_reset_leaves_out_what_was_accepted_before_and_asks_for_a_rebuild(
    engine: Engine, writer: LedgerWriter, board: str
) -> None:
    early, late = fact(at=NOON), fact(at=NOON + timedelta(milliseconds=1))
    PostgresGenerations(engine).adopt(board, 1)
    played(engine, board, early, late)
    reset = replace(correction(RESET, board=board), occurred_at=NOON + timedelta(microseconds=999))
    assert writer.correct([reset]) == []
    assert counting(engine, board) == {late.event_id}
    assert Replay(engine).reset_at(board) == reset.occurred_at
    assert Replay(engine).reset_at("never") is None
    claimed = PostgresGenerations(engine).list(board)[0]
    assert (claimed.number, claimed.state, claimed.reason) == (2, "requested", "reset")


def test_a_board_that_was_deleted_is_unknown_until_it_is_made_anew(
    engine: Engine, writer: LedgerWriter, board: str
) -> None:
    definitions = PostgresDefinitions(engine)
    before = definitions.ensure(board)
    delete = _now(engine, correction(DELETE, board=board))
    writer.correct([delete])
    assert definitions.current(board) is None
    assert definitions.list(None, 9, board) == []
    assert definitions.version(board, 1) == before
    made = definitions.ensure(board)
    assert (made.version, made.options) == (2, before.options)
    writer.correct([delete])
    assert definitions.current(board) == made == definitions.ensure(board)
    assert [each.board for each in definitions.list(None, 9, board)] == [board]


def test_a_deletion_that_comes_late_leaves_what_was_defined_after_it(
    engine: Engine, writer: LedgerWriter, board: str
) -> None:
    delete = _now(engine, correction(DELETE, board=board))
    made = PostgresDefinitions(engine).ensure(board)
    writer.correct([delete])
    assert PostgresDefinitions(engine).current(board) == made


def _now(engine: Engine, wanted: Correction) -> Correction:
    with engine.connect() as connection:
        return replace(wanted, occurred_at=connection.execute(text("SELECT now()")).scalar_one())


def test_the_boards_of_a_player_are_found_by_an_index(engine: Engine, writer: LedgerWriter) -> None:
    writer.append([envelope(fact())], [])
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(connection.execute(text(f"EXPLAIN {_BOARDS}"), {"player": "ada"}).scalars())
    assert "Index Cond: (player = ANY" in plan
    assert "Filter: ((player" not in plan
