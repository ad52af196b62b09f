"""What needs a rebuild asks for it in its own transaction; an import holds it back until it is done, or dead."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, text

from ledgerboard_contracts import BoardDefinition, BoardOptions, CorrectionKind, Policy
from ledgerboard_ledger import (
    Generation,
    GenerationStage,
    HeldRebuilds,
    LedgerImport,
    LedgerWriter,
    PostgresDefinitions,
    PostgresGenerations,
    RecordedVersion,
)
from ledgerboard_ledger.generations import FOUNDING
from ledgerboard_ledger.rebuild_requests import request_rebuilds
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact, rejection

REQUESTED, DROPPED, LIVE = GenerationStage.REQUESTED, GenerationStage.DROPPED, GenerationStage.LIVE


@pytest.fixture
def generations(engine: Engine) -> PostgresGenerations:
    with engine.begin() as connection:  # A claim looks at every board.
        connection.execute(text("DELETE FROM generations"))
    return PostgresGenerations(engine)


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


@pytest.fixture
def rebuilds(engine: Engine) -> HeldRebuilds:
    return HeldRebuilds(engine)


@pytest.fixture
def importing(engine: Engine, rebuilds: HeldRebuilds) -> LedgerWriter:
    return LedgerWriter(engine, rebuilds)


def _request(generations: PostgresGenerations, board: str) -> Generation:
    return generations.request(board, board_version=None, reason="test", author="test")


def _bring(writer: LedgerWriter, *boards: str) -> None:
    writer.append([envelope(fact(), board=board) for board in boards], [])


def _states(generations: PostgresGenerations, board: str) -> Sequence[tuple[int, GenerationStage]]:
    return [(each.number, each.state) for each in reversed(generations.list(board))]


def test_an_import_asks_once_for_the_rebuild_of_each_board_and_nobody_begins_before_it_is_done(
    generations: PostgresGenerations, rebuilds: HeldRebuilds, importing: LedgerWriter, board: str
) -> None:
    other = f"{board}-2"
    for _ in range(3):
        _bring(importing, board, other)
    assert [_states(generations, each) for each in (board, other)] == [[(1, REQUESTED)]] * 2
    assert generations.claim("rebuilder", 60) is None
    assert rebuilds.release() == {board, other}
    assert {each.board for _ in range(2) if (each := generations.claim("rebuilder", 60))} == {board, other}


def test_what_brings_nothing_new_asks_for_nothing(
    engine: Engine, generations: PostgresGenerations, importing: LedgerWriter, board: str
) -> None:
    known = envelope(fact(), board=board)
    LedgerWriter(engine).append([known], [])
    assert importing.append([known], [rejection(board=board)]).repeated == 1
    assert generations.list(board) == []
    importing.append([known, envelope(fact(), board=board)], [])
    assert _states(generations, board) == [(1, REQUESTED)]


def test_a_batch_that_fails_leaves_neither_facts_nor_a_request(
    engine: Engine, generations: PostgresGenerations, importing: LedgerWriter, board: str
) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE generations RENAME COLUMN reason TO words"))
    with pytest.raises(Exception, match="reason"):
        _bring(importing, board)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE generations RENAME COLUMN words TO reason"))
        facts = connection.execute(text("SELECT count(*) FROM facts WHERE board = :board"), {"board": board})
        assert facts.scalar_one() == 0
    assert generations.list(board) == []


def test_a_request_whose_import_died_begins_when_its_lease_has_lapsed(
    engine: Engine, generations: PostgresGenerations, board: str
) -> None:
    _bring(LedgerWriter(engine, HeldRebuilds(engine, held_seconds=0)), board)
    claimed = generations.claim("rebuilder", 60)
    assert claimed is not None
    assert claimed.board == board


def test_each_batch_renews_the_lease_of_every_board(
    engine: Engine, generations: PostgresGenerations, board: str
) -> None:
    passed = [0.0]
    rebuilds = HeldRebuilds(engine, monotonic=lambda: passed[0])
    writer = LedgerWriter(engine, rebuilds)
    _bring(writer, board)
    with engine.begin() as connection:
        soon = text("UPDATE generations SET leased_until = now() + interval '1 second' WHERE board = :board")
        connection.execute(soon, {"board": board})
    passed[0] = 21.0
    _bring(writer, f"{board}-2")
    (held,) = generations.list(board)
    assert held.leased_until is not None
    assert held.leased_until > datetime.now(UTC) + timedelta(seconds=30)


def test_whoever_else_asks_takes_the_request_and_the_next_batch_asks_anew_once_it_has_begun(
    generations: PostgresGenerations, rebuilds: HeldRebuilds, importing: LedgerWriter, board: str
) -> None:
    _bring(importing, board)
    assert _request(generations, board).number == 1
    _bring(importing, board)
    assert _states(generations, board) == [(1, REQUESTED)], "what nobody began serves, and may begin"
    assert generations.claim("rebuilder", 60) is not None
    _bring(importing, board)
    assert _states(generations, board) == [(1, REQUESTED)], "claimed, and no snapshot taken yet"
    generations.open(board, 1)
    _bring(importing, board)
    assert generations.list(board)[0].number == 2
    generations.abandon(board, 1)
    assert generations.claim("rebuilder", 60) is None
    rebuilds.release()
    assert generations.claim("rebuilder", 60) is not None


def test_a_request_that_a_rebuilder_claimed_stays_its_own(
    engine: Engine, generations: PostgresGenerations, importing: LedgerWriter, board: str
) -> None:
    _request(generations, board)
    assert generations.claim("rebuilder", 60) is not None
    _bring(importing, board)
    _request(generations, board)
    with engine.begin() as connection:
        request_rebuilds(connection, [board], reason="archive", author="retention")
    assert generations.claim("another", 60) is None
    assert generations.list(board)[0].owner == "rebuilder"


def test_a_definition_a_reset_and_a_month_that_leaves_let_it_begin_at_once(
    engine: Engine, generations: PostgresGenerations, importing: LedgerWriter, board: str
) -> None:
    defined, reset, archived = (f"{board}-{number}" for number in range(3))
    PostgresDefinitions(engine).define(defined, BoardOptions())
    _bring(importing, defined, reset, archived)
    PostgresDefinitions(engine).define(defined, BoardOptions(policy=Policy.TOTAL))
    LedgerWriter(engine).correct([correction(CorrectionKind.RESET, board=reset)])
    with engine.begin() as connection:
        request_rebuilds(connection, [archived], reason="archive", author="retention")
    claimed = [generations.claim(str(number), 60) for number in range(3)]
    found = {each.board: (each.number, each.board_version) for each in claimed if each is not None}
    assert found == {defined: (1, 2), reset: (1, 1), archived: (1, 1)}


def test_who_opens_a_held_request_leaves_no_lease_behind(
    generations: PostgresGenerations, importing: LedgerWriter, board: str
) -> None:
    _bring(importing, board)
    generations.open(board, 1)
    assert generations.claim("rebuilder", 60) is not None


def test_a_second_import_holds_on_where_the_first_one_died(
    engine: Engine, generations: PostgresGenerations, importing: LedgerWriter, board: str
) -> None:
    _bring(LedgerWriter(engine, HeldRebuilds(engine, held_seconds=0)), board)
    _bring(importing, board)
    assert generations.claim("rebuilder", 60) is None
    assert _states(generations, board) == [(1, REQUESTED)]


@pytest.mark.parametrize("kind", [CorrectionKind.VOID, CorrectionKind.BAN, CorrectionKind.UNBAN])
def test_a_correction_that_is_imported_asks_for_its_boards(
    engine: Engine,
    generations: PostgresGenerations,
    rebuilds: HeldRebuilds,
    importing: LedgerWriter,
    kind: CorrectionKind,
) -> None:
    player, boards = f"player-{uuid4().hex[:12]}", [f"board-{uuid4().hex[:12]}" for _ in range(2)]
    played = [fact(player) for _ in boards]
    LedgerWriter(engine).append([envelope(each, board=board) for each, board in zip(played, boards, strict=True)], [])
    named = {"board": boards[0], "event_id": played[0].event_id} if kind is CorrectionKind.VOID else {}
    made = correction(kind, player=player, **named)
    importing.correct([made])
    expected = set(boards[:1] if named else boards)
    assert {each.board for each in generations.list()} == expected
    assert generations.claim("rebuilder", 60) is None
    importing.correct([made])
    assert rebuilds.release() == expected


@pytest.mark.parametrize("kind", [CorrectionKind.RESET, CorrectionKind.DELETE])
def test_a_reset_that_is_imported_is_held_back_with_the_rest(
    generations: PostgresGenerations, importing: LedgerWriter, board: str, kind: CorrectionKind
) -> None:
    importing.correct([correction(kind, board=board)])
    assert _states(generations, board) == [(1, REQUESTED)]
    assert generations.claim("rebuilder", 60) is None


def test_an_erasure_and_a_definition_that_are_imported_ask_too(
    engine: Engine, generations: PostgresGenerations, rebuilds: HeldRebuilds, board: str
) -> None:
    ledger, name = LedgerImport(engine, rebuilds), f"erased:{uuid4().hex}"
    LedgerWriter(engine).append([envelope(fact(name), board=board)], [])
    ledger.keep_erasure(correction(CorrectionKind.ERASE, player=name))
    version = BoardDefinition(board=f"{board}-2", version=1, options=BoardOptions())
    assert ledger.define(RecordedVersion(definition=version, created_at=NOON))
    assert not ledger.define(RecordedVersion(definition=version, created_at=NOON))
    assert {each.board for each in generations.list()} == {board, f"{board}-2"}
    assert rebuilds.release() == {board, f"{board}-2"}


def test_imports_of_the_same_boards_do_not_wait_for_each_other_in_a_circle(engine: Engine, board: str) -> None:
    boards, writers = [f"{board}-{number}" for number in range(12)], 4

    def bring(number: int) -> None:
        writer = LedgerWriter(engine, HeldRebuilds(engine, held_seconds=0.001))
        for step in range(12):
            _bring(writer, *(boards[step:] + boards[:step])[:: 1 if number % 2 else -1])

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(bring, range(writers)))


def test_a_board_of_which_the_ledger_holds_older_facts_is_not_founded_from_nothing(
    engine: Engine, generations: PostgresGenerations, board: str
) -> None:
    LedgerWriter(engine).append([envelope(fact(at=datetime.now(UTC) - FOUNDING * 2), board=board)], [])
    found, made = generations.adopt(board, 3)
    assert (found.number, found.state, found.board_version, made) == (1, REQUESTED, 3, False)
    assert generations.adopt(board, 3) == (found, False)


def test_a_board_is_founded_though_history_was_faster_or_others_have_facts(
    engine: Engine, generations: PostgresGenerations
) -> None:
    board = f"m-{uuid4().hex[:12]}"
    now = datetime.now(UTC)
    LedgerWriter(engine).append(
        [
            envelope(fact(at=now), board=board),
            envelope(fact(at=now - FOUNDING * 2), board=f"a{board}"),
            envelope(fact(at=now - FOUNDING * 2), board=f"z{board}"),
        ],
        [],
    )
    assert generations.adopt(board, 1)[1]
    assert generations.live(board) is not None


def test_who_founds_a_board_waits_for_the_import_that_brings_its_facts(
    engine: Engine, generations: PostgresGenerations, board: str
) -> None:
    """The import has inserted and not committed when the ranker looks."""
    inserted, go_on = Event(), Event()

    class Slow(HeldRebuilds):
        def ask(self, connection: Connection, boards: Iterable[str]) -> None:
            super().ask(connection, boards)
            inserted.set()
            assert go_on.wait(30)

    def bring() -> None:
        _bring(LedgerWriter(engine, Slow(engine)), board)

    with ThreadPoolExecutor(2) as pool:
        brought = pool.submit(bring)
        assert inserted.wait(30)
        adopted = pool.submit(generations.adopt, board, 1)
        go_on.set()
        brought.result()
        found, made = adopted.result()
    assert (found.state, made) == (REQUESTED, False)
