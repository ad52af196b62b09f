"""The last moment at which a board was written to stands, whoever notes it and in whatever order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Engine

from ledgerboard_ledger import Touches
from ledgerboard_testkit.events import NOON


def test_boards_are_told_that_were_written_to_since(engine: Engine) -> None:
    touches, stem = Touches(engine), uuid4().hex[:12]
    early, late = f"{stem}-early", f"{stem}-late"
    touches.note([late, early, late], NOON)
    touches.note([late], NOON + timedelta(seconds=30))
    touches.note([late], NOON)
    touches.note([], NOON)
    assert set(touches.since(NOON)) >= {early, late}
    since = touches.since(NOON + timedelta(seconds=30))
    assert late in since
    assert early not in since
    assert touches.since(NOON + timedelta(days=1000)) == []


def test_rankers_that_note_the_same_boards_at_once_do_not_deadlock(engine: Engine) -> None:
    touches, stem = Touches(engine), uuid4().hex[:12]
    boards = [f"{stem}-{number}" for number in range(200)]

    def note(seed: int) -> None:
        for step in range(5):
            touches.note(boards[seed:] + boards[:seed], NOON + timedelta(seconds=step))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(0, 180, 30)))
    assert set(boards) <= set(touches.since(NOON + timedelta(seconds=4)))
