"""The order of the bytes is the order of the board."""

import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_boards.codec import BIAS, EPOCH, Fold, fold_of, prefix_bytes, read_standing, read_standings
from ledgerboard_boards.packing import packer
from ledgerboard_contracts import (
    ALL_LEVELS,
    MAX_SCORE,
    WHOLE_BOARD,
    BoardOptions,
    Order,
    Policy,
    TieBreak,
    level_scope,
    session_scope,
)
from ledgerboard_testkit.plays import make_fact

MORE_IS_BETTER = BoardOptions(order=Order.DESC)
LESS_IS_BETTER = BoardOptions(order=Order.ASC)
TIES = (TieBreak(attribute="lives"), TieBreak(attribute="shots", order=Order.ASC))

times = st.datetimes(datetime(1902, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis adds it
scores = st.integers(-MAX_SCORE, MAX_SCORE)
players = st.text(min_size=1, max_size=64)
plays = st.fixed_dictionaries({"lives": scores, "shots": scores}, optional={"car": st.just("red")})


def packed(options: BoardOptions, player: str, score: int, when: datetime, **others: Any) -> tuple[float, bytes, bytes]:
    """Sort key, value and player of one fact, as the function library unpacks them."""
    fold = fold_of(options)
    time = (when - EPOCH) // timedelta(microseconds=1) + BIAS
    record = packer(options, fold)(make_fact(player, score, when, event_id=uuid4(), **others), time)
    width = prefix_bytes(options) + (16 if fold is Fold.LATEST else 0)
    key, value, length = struct.unpack_from(f">d{width}sH", record)
    assert length == len(record) - 10 - width
    return key, value, record[10 + width :]


@given(st.lists(times, min_size=2))
def test_prefixes_sort_as_their_times_do(moments: list[datetime]) -> None:
    by_prefix = sorted(moments, key=lambda when: packed(MORE_IS_BETTER, "ann", 0, when)[1])
    assert by_prefix == sorted(moments)


@given(st.lists(st.tuples(plays, times), min_size=2), st.sampled_from([Policy.BEST, Policy.LATEST, Policy.PLAYS]))
def test_tie_breaks_sort_each_in_its_direction_and_then_the_time(
    rows: list[tuple[dict[str, Any], datetime]], policy: Policy
) -> None:
    options = BoardOptions(ties=TIES, policy=policy)

    def prefix(row: tuple[dict[str, Any], datetime]) -> bytes:
        return packed(options, "ann", 0, row[1], attributes=row[0])[1][:24]

    def order(row: tuple[dict[str, Any], datetime]) -> tuple[int, int, datetime]:
        return -row[0]["lives"], row[0]["shots"], row[1]

    assert [order(row) for row in sorted(rows, key=prefix)] == sorted(map(order, rows))


@given(
    st.sampled_from(Order), st.sampled_from([Policy.BEST, Policy.LATEST, Policy.PLAYS]), st.booleans(), players, scores,
    times, plays,
)  # fmt: skip
def test_a_play_reads_back_as_it_was_and_nothing_of_its_tie_breaks_shows(
    order: Order, policy: Policy, tied: bool, player: str, score: int, when: datetime, attributes: dict[str, Any]  # noqa: FBT001 -- drawn
) -> None:  # fmt: skip
    options = BoardOptions(order=order, policy=policy, ties=TIES if tied else ())
    key, value, name = packed(options, player, score, when, attributes=attributes)
    standing = read_standing(7, value[: prefix_bytes(options)], name.decode(), b"%.17g" % key, options)
    assert (standing.player, standing.score, standing.achieved_at) == (player, score, when)
    assert (standing.rank, standing.position) == (7, 8)


def test_the_better_score_has_the_smaller_key_in_both_directions() -> None:
    when = datetime(2026, 11, 21, tzinfo=UTC)
    assert packed(MORE_IS_BETTER, "ann", 5, when)[0] < packed(MORE_IS_BETTER, "ann", 4, when)[0]
    assert packed(LESS_IS_BETTER, "ann", 4, when)[0] < packed(LESS_IS_BETTER, "ann", 5, when)[0]


@pytest.mark.parametrize("attributes", [None, {}, {"lives": True}, {"lives": "7"}, {"lives": 2**53 + 1}])
@pytest.mark.parametrize("order", Order)
def test_a_play_that_has_no_tie_break_ranks_behind_every_one_that_has(
    attributes: dict[str, Any] | None, order: Order
) -> None:
    options = BoardOptions(ties=(TieBreak(attribute="lives", order=order),))
    without = packed(options, "ann", 5, EPOCH, attributes=attributes)[1]
    for extreme in (MAX_SCORE, -MAX_SCORE):
        assert packed(options, "ann", 5, EPOCH, attributes={"lives": extreme})[1] < without


@pytest.mark.parametrize("key", [b"-9e+15", b"-9000000000000000", b"-9000000000000000.0"])
def test_a_key_is_read_in_every_form_that_servers_write_it(key: bytes) -> None:
    _, prefix, _ = packed(MORE_IS_BETTER, "ann", 0, EPOCH)
    assert read_standing(0, prefix, "ann", key, MORE_IS_BETTER).score == 9 * 10**15


@pytest.mark.parametrize("missing", [0, 1, -1, 2**31, -(2**40)])
def test_a_sum_is_its_key_and_what_is_missing(missing: int) -> None:
    prefix = struct.pack(">QQ", missing + 2**63, 2**63)
    for options, sign in ((MORE_IS_BETTER, -1), (LESS_IS_BETTER, 1)):
        standing = read_standing(0, prefix, "ann", b"36028797018963968", options, ALL_LEVELS)
        assert standing.score == sign * (2**55 + missing)
        assert standing.achieved_at == EPOCH


def test_standings_count_from_the_first_rank_asked_for() -> None:
    _, prefix, _ = packed(MORE_IS_BETTER, "ann", 0, EPOCH)
    standings = read_standings([prefix + b"ann", b"-2", prefix + b"bob", b"-1"], 20, MORE_IS_BETTER)
    assert [(each.rank, each.player, each.score) for each in standings] == [(20, "ann", 2), (21, "bob", 1)]


@pytest.mark.parametrize("policy", Policy)
def test_every_scope_folds_as_its_board_does_but_for_the_sum_over_levels(policy: Policy) -> None:
    options = BoardOptions(policy=policy)
    for scope in (WHOLE_BOARD, level_scope("1"), session_scope("s")):
        assert fold_of(options, scope).value == policy.value
    assert fold_of(options, ALL_LEVELS) is Fold.LEVELS
