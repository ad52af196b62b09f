"""The last moment at which a board was written to stands, whoever notes it, and which boards were renewed since."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select

from ledgerboard_contracts import FactEnvelope
from ledgerboard_ledger import LedgerWriter, PostgresGenerations, Touches
from ledgerboard_testkit.plays import make_envelope, make_fact

NEVER = datetime(2999, 1, 1, tzinfo=UTC)
"""No generation is requested later, so that all boards are told."""


@pytest.fixture
def stem() -> str:
    return uuid4().hex[:12]


def now(engine: Engine) -> datetime:
    with engine.connect() as connection:
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment


def record(engine: Engine, board: str, at: datetime) -> FactEnvelope:
    envelope = make_envelope(board, [make_fact("ann", 1, at)])
    LedgerWriter(engine).append([envelope], [])
    return envelope


def test_boards_are_told_that_were_written_to_since(engine: Engine, stem: str) -> None:
    touches = Touches(engine)
    early, late = f"{stem}-early", f"{stem}-late"
    began = now(engine)
    touches.note([late, early, late])
    between = now(engine)
    touches.note([late])
    touches.note([])
    assert set(touches.since(began, NEVER)) >= {early, late}
    since = touches.since(between, NEVER)
    assert late in since
    assert early not in since
    assert touches.since(now(engine), NEVER) == []


def test_a_board_is_told_until_a_generation_was_requested_since(engine: Engine, stem: str) -> None:
    touches, generations = Touches(engine), PostgresGenerations(engine)
    began = now(engine)
    generations.adopt(stem, 1)
    noticed = now(engine)
    touches.note([stem])
    assert stem in touches.since(began, noticed)
    row = generations.request(stem, board_version=1, reason="suspect", author="test")
    assert stem not in touches.since(began, noticed)
    assert stem in touches.since(began, now(engine))
    generations.abandon(stem, row.number)
    assert stem in touches.since(began, noticed)


def test_what_was_played_is_told_without_a_note(engine: Engine, stem: str) -> None:
    touches, generations = Touches(engine), PostgresGenerations(engine)
    hour = timedelta(hours=1)
    played, quiet, unplayed, other = (f"{stem}-{name}" for name in ("played", "quiet", "unplayed", "other"))
    for board in (played, quiet, unplayed):
        generations.adopt(board, 1)
    noticed = now(engine)
    record(engine, played, noticed)
    record(engine, quiet, noticed - hour)
    record(engine, other, noticed)  # Never projected, so there is nothing to renew.
    told = touches.played(noticed - timedelta(minutes=1), noticed)
    assert [board for board in told if board.startswith(stem)] == [played]
    assert quiet in touches.played(noticed - 2 * hour, noticed)
    generations.request(played, board_version=1, reason="suspect", author="test")
    assert played not in touches.played(noticed - timedelta(minutes=1), noticed)


def test_rankers_that_note_the_same_boards_at_once_do_not_deadlock(engine: Engine, stem: str) -> None:
    touches = Touches(engine)
    boards = [f"{stem}-{number}" for number in range(200)]
    began = now(engine)

    def note(seed: int) -> None:
        for _ in range(5):
            touches.note(boards[seed:] + boards[:seed])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(0, 180, 30)))
    assert set(boards) <= set(touches.since(began, NEVER))
