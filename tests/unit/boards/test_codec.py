"""The order of the bytes is the order of the board."""

import struct
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_boards.codec import EPOCH, pack_by_day, prefix_bytes, read_standing, read_standings
from ledgerboard_contracts import MAX_SCORE, BoardOptions, Order
from ledgerboard_testkit.plays import make_fact

MORE_IS_BETTER = BoardOptions(order=Order.DESC)
LESS_IS_BETTER = BoardOptions(order=Order.ASC)

times = st.datetimes(datetime(1902, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis adds it
scores = st.integers(-MAX_SCORE, MAX_SCORE)
players = st.text(min_size=1, max_size=64)


def packed(player: str, score: int, when: datetime, options: BoardOptions) -> tuple[float, bytes, bytes]:
    """Sort key, prefix and player of one fact, as the function library unpacks them."""
    ((record,),) = pack_by_day([make_fact(player, score, when, event_id=uuid4())], options).values()
    key, prefix, length = struct.unpack_from(f">d{prefix_bytes(options)}sH", record)
    assert length == len(record) - 18
    return key, prefix, record[18:]


@given(st.lists(times, min_size=2))
def test_prefixes_sort_as_their_times_do(moments: list[datetime]) -> None:
    by_prefix = sorted(moments, key=lambda when: packed("ann", 0, when, MORE_IS_BETTER)[1])
    assert by_prefix == sorted(moments)


@given(st.sampled_from([MORE_IS_BETTER, LESS_IS_BETTER]), players, scores, times)
def test_a_play_reads_back_as_it_was(options: BoardOptions, player: str, score: int, when: datetime) -> None:
    key, prefix, name = packed(player, score, when, options)
    standing = read_standing(7, prefix, name.decode(), b"%.17g" % key, options)
    assert (standing.player, standing.score, standing.achieved_at) == (player, score, when)
    assert (standing.rank, standing.position) == (7, 8)


def test_the_better_score_has_the_smaller_key_in_both_directions() -> None:
    when = datetime(2026, 11, 21, tzinfo=UTC)
    assert packed("ann", 5, when, MORE_IS_BETTER)[0] < packed("ann", 4, when, MORE_IS_BETTER)[0]
    assert packed("ann", 4, when, LESS_IS_BETTER)[0] < packed("ann", 5, when, LESS_IS_BETTER)[0]


@pytest.mark.parametrize("key", [b"-9e+15", b"-9000000000000000", b"-9000000000000000.0"])
def test_a_key_is_read_in_every_form_that_servers_write_it(key: bytes) -> None:
    _, prefix, _ = packed("ann", 0, EPOCH, MORE_IS_BETTER)
    assert read_standing(0, prefix, "ann", key, MORE_IS_BETTER).score == 9 * 10**15


def test_the_day_of_a_fact_is_that_of_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    facts = [make_fact("ann", 1, datetime(2026, 11, 21, 8, 59, tzinfo=tokyo))]
    assert list(pack_by_day(facts, MORE_IS_BETTER)) == [(datetime(2026, 11, 20, tzinfo=UTC) - EPOCH).days]


def test_standings_count_from_the_first_rank_asked_for() -> None:
    _, prefix, _ = packed("ann", 0, EPOCH, MORE_IS_BETTER)
    standings = read_standings([prefix + b"ann", b"-2", prefix + b"bob", b"-1"], 20, MORE_IS_BETTER)
    assert [(each.rank, each.player, each.score) for each in standings] == [(20, "ann", 2), (21, "bob", 1)]
