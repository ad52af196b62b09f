"""Between a snapshot and what is told again no fact is lost, however late its transaction commits."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, event, text

from ledgerboard_contracts import CorrectionKind
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import LedgerWriter, PostgresGenerations, Replay, Restatements, Snapshots, UnendedError
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact
from ledgerboard_testkit.polling import eventually

UNTIL = NOON + timedelta(seconds=30)


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


@pytest.fixture
def held(engine: Engine, fresh_database: str) -> Iterator[Callable[[], tuple[LedgerWriter, Event]]]:
    """Makes a writer whose transactions stay open, after the inserts, until its event is set."""
    made: list[tuple[Engine, Event]] = []

    def hold() -> tuple[LedgerWriter, Event]:
        slow, release = make_engine(fresh_database, application_name="slow", pool_size=1), Event()

        def wait(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            if "INSERT INTO facts" in statement:
                release.wait(20)

        LedgerWriter(engine).append([envelope(fact())], [])
        event.listen(slow, "after_cursor_execute", wait)
        made.append((slow, release))
        return LedgerWriter(slow), release

    yield hold
    for slow, release in made:
        release.set()
        slow.dispose()


def _has_inserted(engine: Engine) -> bool:
    query = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slow' AND backend_xid IS NOT NULL")
    with engine.connect() as connection:
        return bool(connection.execute(query).scalar_one())


def test_a_writer_who_began_before_the_generation_opened_is_waited_for_and_contained(
    engine: Engine, board: str, held: Callable[[], tuple[LedgerWriter, Event]]
) -> None:
    writer, release = held()
    generations, late = PostgresGenerations(engine), fact()
    made = generations.request(board, board_version=None, reason="test", author="test")
    with ThreadPoolExecutor(2) as pool:
        append = pool.submit(writer.append, [envelope(late, board=board)], [])
        eventually(lambda: _has_inserted(engine))
        opened = pool.submit(generations.open, board, made.number)
        eventually(lambda: generations.list(board)[0].state == "opening")
        assert not opened.done()
        release.set()
        snapshot = opened.result().snapshot
        append.result()
    assert snapshot is not None
    assert [each.event_id for each in Replay(engine).page(board, snapshot, None, 9).facts] == [late.event_id]


def test_a_writer_who_begins_while_it_opens_is_told_even_if_they_commit_after_the_snapshot(
    engine: Engine, board: str, held: Callable[[], tuple[LedgerWriter, Event]]
) -> None:
    early, release_early = held()
    late, release_late = held()
    generations, play = PostgresGenerations(engine), fact()
    made = generations.request(board, board_version=None, reason="test", author="test")
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(early.append, [envelope(fact(), board=board)], [])
        eventually(lambda: _has_inserted(engine))
        opened = pool.submit(generations.open, board, made.number)
        eventually(lambda: generations.list(board)[0].state == "opening")
        second: Future[object] = pool.submit(late.append, [envelope(play, board=board)], [])
        release_early.set()
        snapshot = opened.result().snapshot or ""
        assert not second.done()
        release_late.set()
        first.result()
        result = second.result()
    assert Replay(engine).contained([play.event_id], snapshot) == set()
    assert [each.facts for each in result.late] == [(play,)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(3))
def test_every_fact_is_in_the_snapshot_or_told_again_under_load(engine: Engine, board: str, seed: int) -> None:
    generations, stop = PostgresGenerations(engine), Event()
    told: set[UUID] = set()

    def write(number: int) -> list[UUID]:
        dice, writer, ids = Random(seed * 10 + number), LedgerWriter(engine), []  # noqa: S311 -- an order, no secret.
        while not stop.is_set():
            plays = [fact() for _ in range(dice.randint(1, 5))]
            ids += [each.event_id for each in plays]
            result = writer.append([envelope(*plays, board=board)], [])
            told.update(each.event_id for part in result.late for each in part.facts)
        return ids

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, number) for number in range(6)]
        eventually(
            lambda: (
                len(generations.list(board))
                or bool(generations.request(board, board_version=None, reason="test", author="test"))
            )
        )
        opened = generations.open(board, 1)
        generations.opened(board, 1, UNTIL)
        stop.set()
        written = {each for done in writers for each in done.result()}
    contained = Replay(engine).contained(written, opened.snapshot or "")
    assert written == contained | told
    assert contained


def test_a_player_is_drawn_from_all_that_was_begun_before_their_correction(
    engine: Engine, board: str, held: Callable[[], tuple[LedgerWriter, Event]]
) -> None:
    writer, release = held()
    restatements, play = Restatements(engine), fact("ada")
    with ThreadPoolExecutor(2) as pool:
        append = pool.submit(writer.append, [envelope(play, board=board)], [])
        eventually(lambda: _has_inserted(engine))
        LedgerWriter(engine).correct([correction(CorrectionKind.UNBAN, board=board, player="ada")])
        opened = pool.submit(restatements.open, board, "ada")
        release.set()
        append.result()
        snapshot = opened.result().snapshot
    assert Replay(engine).player(board, "ada", snapshot) == [play]


def test_a_transaction_that_never_ends_is_not_waited_for_for_ever(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        with pytest.raises(UnavailableError, match="does not end"):
            Snapshots(engine, most_seconds=0.1).after_all_before()
        connection.rollback()
    assert Snapshots(engine, most_seconds=5).after_all_before()


def test_who_wrote_facts_is_waited_for_once_and_then_known_to_stay(engine: Engine) -> None:
    LedgerWriter(engine).append([envelope(fact())], [])
    moments = iter(range(1000))
    snapshots = Snapshots(engine, most_seconds=1, monotonic=lambda: next(moments))
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO facts SELECT * FROM facts LIMIT 1 ON CONFLICT DO NOTHING"))
        for _ in range(2):
            with pytest.raises(UnendedError):
                snapshots.after_all_writers()
        assert next(moments) < 9, "the second caller waited as long again"
        connection.rollback()
    assert snapshots.after_all_writers()


def test_who_writes_something_else_is_not_waited_for(engine: Engine) -> None:
    """Nor does it matter that they may write facts later: they see then what was committed before."""
    with engine.connect() as connection:
        connection.execute(text("UPDATE boards SET deleted_version = deleted_version"))
        connection.execute(text("SELECT pg_current_xact_id(), (SELECT count(*) FROM facts)"))
        assert Snapshots(engine, most_seconds=0).after_all_writers()
        connection.rollback()
