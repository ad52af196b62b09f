"""Pages are cut by what a snapshot holds, so they are the same whatever is recorded or corrected meanwhile."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledgerboard_contracts import CorrectionKind, Fact
from ledgerboard_ledger import LedgerWriter, OtherServerError, Replay, Snapshots
from ledgerboard_ledger.late import _PAIRS, _SUSPECTS
from ledgerboard_ledger.replay import _CONTAINED, _IN_ORDER, _PAGE, _PLAYERS
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, event_id, fact
from tests.integration.ledger.elsewhere import record_elsewhere


def _pages(replay: Replay, board: str, snapshot: str, limit: int) -> tuple[list[UUID], list[UUID]]:
    """The facts of all pages, and their cursors."""
    found: list[UUID] = []
    cursors: list[UUID] = []
    while (page := replay.page(board, snapshot, cursors[-1] if cursors else None, limit)).cursor:
        found += [each.event_id for each in page.facts]
        cursors.append(page.cursor)
    return found, cursors


_steps = st.lists(st.tuples(st.sampled_from(["play", "void", "ban", "unban"]), st.integers(0, 3)), max_size=25)


@given(_steps, st.integers(0, 25), st.integers(1, 5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_what_counts_of_the_snapshot_and_never_move(
    engine: Engine, steps: Sequence[tuple[str, int]], cut: int, limit: int
) -> None:
    board, writer, replay = f"board-{uuid4().hex[:12]}", LedgerWriter(engine), Replay(engine)
    plays, voided, banned = _carry_out(writer, board, steps[:cut])
    snapshot = Snapshots(engine).after_all_before()
    before, cursors = _pages(replay, board, snapshot, limit)
    assert before == [each.event_id for each in plays if _counts(each, voided, banned)]
    more, also_voided, banned = _carry_out(writer, board, steps[cut:], plays, banned)
    found, still = _pages(replay, board, snapshot, limit)
    assert still == cursors
    assert found == [each.event_id for each in plays if _counts(each, voided | also_voided, banned)]
    assert replay.count(board, snapshot) == len(plays)
    assert replay.contained([each.event_id for each in (*plays, *more)], snapshot) == {each.event_id for each in plays}


def _carry_out(
    writer: LedgerWriter,
    board: str,
    steps: Sequence[tuple[str, int]],
    known: Sequence[Fact] = (),
    banned: frozenset[str] = frozenset(),
) -> tuple[list[Fact], set[UUID], frozenset[str]]:
    """What was played, which events were voided, and who is banned in the end."""
    made: list[Fact] = []
    voided: set[UUID] = set()
    for what, number in steps:
        player = f"player-{number}"
        if what == "play":
            made.append(fact(player))
            writer.append([envelope(made[-1], board=board)], [])
        elif what == "void":
            every = [*known, *made]
            for each in every[number : number + 1]:
                named = {"board": board, "player": each.player, "event_id": each.event_id}
                writer.correct([correction(CorrectionKind.VOID, **named)])
                voided.add(each.event_id)
        else:
            writer.correct([correction(CorrectionKind(what), player=player, board=board)])
            banned = banned | {player} if what == "ban" else banned - {player}
    return made, voided, banned


def _counts(play: Fact, voided: set[UUID], banned: frozenset[str]) -> bool:
    return play.event_id not in voided and play.player not in banned


def test_a_board_without_facts_has_no_page(engine: Engine) -> None:
    page = Replay(engine).page("nobody's", Snapshots(engine).after_all_before(), None, 10)
    assert (page.facts, page.cursor) == ([], None)
    assert Replay(engine).contained([], "1:1:") == Replay(engine).voided([]) == Replay(engine).erased([]) == set()


@pytest.fixture
def crowd(engine: Engine) -> None:
    """Enough corrected players and generations that a scan would cost."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (
            (
                "INSERT INTO corrected SELECT 'crowd-' || n, '', gen_random_uuid() FROM generate_series(1, 5000) n"
                " ON CONFLICT DO NOTHING"
            ),
            (
                "INSERT INTO generations (board, number, board_version, state, reason, author)"
                " SELECT 'crowd-' || n, 1, 1, 'live', '', '' FROM generate_series(1, 5000) n ON CONFLICT DO NOTHING"
            ),
            (
                "INSERT INTO corrections (correction_id, kind, occurred_at, reason, author, player, event_id)"
                " SELECT gen_random_uuid(), 'void', now(), '', '', 'crowd-' || n, gen_random_uuid()"
                " FROM generate_series(1, 5000) n"
            ),
            "VACUUM ANALYZE",
        ):
            connection.execute(text(statement))


@pytest.mark.usefixtures("crowd")
def test_looking_for_late_facts_scans_no_table(engine: Engine) -> None:
    names = [f"player-{number}" for number in range(20)]
    with engine.connect() as connection:
        suspects = connection.exec_driver_sql(
            f"EXPLAIN {_SUSPECTS}", (["race"], NOON, names, names, NOON, NOON, NOON)
        ).scalars()
        pairs = connection.exec_driver_sql(f"EXPLAIN {_PAIRS}", (["race"], ["ada"])).scalars()
        scanned = [line for line in (*suspects, *pairs) if "Seq Scan" in line and "on salt" not in line]
    assert [line for line in scanned if "restated" not in line] == []


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("query", [_PAGE, _PLAYERS, _CONTAINED])
def test_replaying_walks_along_indexes(engine: Engine, query: object) -> None:
    LedgerWriter(engine).append([envelope(*(fact(f"player-{number}") for number in range(3000)))], [])
    asked = {"board": "race", "players": ["player-1"], "snapshot": "9:9:", "after": event_id(), "limit": 10}
    with engine.connect() as connection:
        connection.execute(_IN_ORDER)
        explained = connection.execute(text(f"EXPLAIN {query}"), asked | {"ids": [event_id()]}).scalars()
        assert [line for line in explained if "Seq Scan on facts" in line or "Seq Scan on corrections" in line] == []


def test_facts_that_another_server_recorded_are_told_of_and_not_left_out(engine: Engine) -> None:
    board, replay = f"board-{uuid4().hex[:12]}", Replay(engine)
    known, strange = fact("eve"), event_id(NOON)
    LedgerWriter(engine).append([envelope(known, board=board)], [])
    snapshot = Snapshots(engine).after_all_before()
    assert replay.count(board, snapshot) == 1
    assert replay.contained([known.event_id], snapshot) == {known.event_id}
    record_elsewhere(engine, board, "ada", strange)
    for ask in (
        lambda: replay.count(board, snapshot),
        lambda: replay.player(board, "ada", snapshot),
        lambda: replay.contained([known.event_id, strange], snapshot),
    ):
        with pytest.raises(OtherServerError, match="another server"):
            ask()
    assert replay.player(board, "eve", snapshot) == [known]
    assert replay.contained([known.event_id], snapshot) == {known.event_id}


def test_a_fact_whose_transaction_ended_after_the_snapshot_is_no_strange_one(engine: Engine) -> None:
    board, replay, late = f"board-{uuid4().hex[:12]}", Replay(engine), fact("ada")
    snapshot = Snapshots(engine).after_all_before()
    LedgerWriter(engine).append([envelope(late, board=board)], [])
    assert replay.player(board, "ada", snapshot) == []
    assert replay.contained([late.event_id], snapshot) == set()
    assert replay.count(board, snapshot) == 0


def test_a_board_too_great_to_count_is_guessed_at_and_never_a_reason_to_fail(engine: Engine) -> None:
    board, writer, hasty = f"board-{uuid4().hex[:12]}", LedgerWriter(engine), Replay(engine, count_seconds=0.001)
    for _ in range(4):
        writer.append([envelope(*(fact() for _ in range(5000)), board=board)], [])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE facts"))
    guessed = hasty.count(board, Snapshots(engine).after_all_before())
    assert 10_000 < guessed < 40_000
    assert Replay(engine).count(board, Snapshots(engine).after_all_before()) == 20_000
    assert hasty.page(board, Snapshots(engine).after_all_before(), None, 10).cursor is not None
