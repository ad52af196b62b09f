"""The record of beats moves on from the last one alone, and a doubt stays until it is settled."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_ledger import Doubt, KnownBeat, OpenDoubt, PostgresBeats, TakenBeat

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
WINDOW = timedelta(seconds=90)


@pytest.fixture
def beats(engine: Engine) -> PostgresBeats:
    return PostgresBeats(engine)


@pytest.fixture
def key() -> str:
    return f"beats/{uuid4().hex}"


def taken(token: str) -> TakenBeat:
    return TakenBeat(token, NOON, run_id=f"process of {token}", replication_id="history", evicted_keys=2**40)


def opened(beats: PostgresBeats, key: str) -> OpenDoubt:
    known = beats.get(key)[1].open
    assert known is not None
    return known


def test_a_beat_follows_the_last_one_and_no_other(beats: PostgresBeats, key: str) -> None:
    assert beats.get(key)[1] == KnownBeat(None, None)
    assert beats.beat(key, None, taken("a"))
    assert not beats.beat(key, None, taken("x"))
    assert beats.beat(key, "a", taken("b"))
    assert not beats.beat(key, "a", taken("x"))
    assert beats.get(key)[1] == KnownBeat(taken("b"), None)


def test_the_time_is_that_of_the_record_before_the_row_was_read(beats: PostgresBeats, key: str) -> None:
    before, _ = beats.get(key)
    beats.doubt(key, None, Doubt(NOON, is_elsewhere=False), WINDOW)
    assert before < opened(beats, key).noticed_at < beats.get(key)[0]


def test_a_doubt_is_opened_where_the_beat_is_still_the_last(beats: PostgresBeats, key: str) -> None:
    beats.beat(key, None, taken("a"))
    assert not beats.doubt(key, None, Doubt(NOON, is_elsewhere=False), WINDOW)
    assert not beats.doubt(key, "x", Doubt(NOON, is_elsewhere=False), WINDOW)
    assert beats.get(key)[1].open is None
    assert beats.doubt(key, "a", Doubt(NOON, is_elsewhere=True), WINDOW)
    known = opened(beats, key)
    assert (known.doubt, known.healed_at) == (Doubt(NOON, is_elsewhere=True), None)
    assert abs(known.look_again_at - known.noticed_at - WINDOW) < timedelta(milliseconds=10)
    beats.beat(key, "a", taken("b"))
    assert opened(beats, key) == known


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (NOON, NOON + WINDOW, NOON),
        (NOON + WINDOW, NOON, NOON),
        (None, NOON, None),
        (NOON, None, None),
        (None, None, None),
    ],
)
def test_a_second_doubt_is_added_to_the_open_one(
    beats: PostgresBeats, key: str, first: datetime | None, second: datetime | None, both: datetime | None
) -> None:
    beats.doubt(key, None, Doubt(first, is_elsewhere=True), WINDOW)
    before = opened(beats, key)
    beats.healed(key, before)
    assert opened(beats, key).healed_at is not None
    beats.doubt(key, None, Doubt(second, is_elsewhere=False), WINDOW)
    known = opened(beats, key)
    assert (known.doubt, known.healed_at) == (Doubt(both, is_elsewhere=True), None)
    assert known.noticed_at > before.noticed_at
    assert known.look_again_at > before.look_again_at
    beats.healed(key, before)  # Of the former doubt, by a watcher that did not see this one.
    assert opened(beats, key) == known
    assert not beats.settle(key, before)


def test_a_settled_doubt_leaves_nothing_to_the_next(beats: PostgresBeats, key: str) -> None:
    beats.doubt(key, None, Doubt(None, is_elsewhere=True), WINDOW)
    assert beats.settle(key, opened(beats, key))
    assert beats.get(key)[1].open is None
    beats.doubt(key, None, Doubt(NOON, is_elsewhere=False), WINDOW)
    assert opened(beats, key).doubt == Doubt(NOON, is_elsewhere=False)


def test_a_second_look_that_was_put_off_is_not_settled_before(beats: PostgresBeats, key: str) -> None:
    beats.doubt(key, None, Doubt(NOON, is_elsewhere=False), WINDOW)
    before = opened(beats, key)
    beats.put_off(key, before, 2 * WINDOW)
    known = opened(beats, key)
    assert known.look_again_at > before.look_again_at + WINDOW / 2
    beats.put_off(key, known, timedelta())
    assert opened(beats, key) == known
    assert not beats.settle(key, before)
    assert beats.settle(key, known)
