"""Reconciling sees what lies beside the entries too: the hash by which the next fold goes, and the rendered top."""

from datetime import timedelta

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_LEVELS, ALL_TIME, MAX_SCORE, BoardOptions, Fact, Order, Policy, View
from ledgerboard_history.proof.differences import Kind, Part, Where
from ledgerboard_history.proof.reconciling import Reconciled
from ledgerboard_history.proof.wording import lines
from ledgerboard_testkit.plays import make_fact
from tests.integration.history.proving import NOW, Proof

EVERY_POLICY = [BoardOptions(policy=policy) for policy in Policy]

SUMS = [
    BoardOptions(policy=policy, order=order, level_total_view=True)
    for policy in (Policy.TOTAL, Policy.BEST)
    for order in Order
]

plays = st.lists(
    st.builds(
        lambda score, age, level: make_fact("ann", score, NOW - timedelta(minutes=age), level=level),
        st.integers(-2, 2) | st.just(0),
        st.integers(0, 4),
        st.sampled_from(["one", "two"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(params=EVERY_POLICY, ids=lambda options: options.policy.value)
def proof(valkey: redis.Redis, engine: Engine, request: pytest.FixtureRequest) -> Proof:
    return _played(Proof(valkey, engine, request.param))


def _played(proof: Proof) -> Proof:
    plays = [make_fact(f"player-{place}", place, NOW) for place in range(5)]
    proof.play(*plays, *(make_fact("player-2", score, NOW - timedelta(minutes=score)) for score in range(3)))
    assert proof.reconcile().differences == {}
    return proof


def _keys(proof: Proof, scope_of: View | None = None) -> tuple[str, str]:
    keys = Keyspace(proof.stage).of(scope_of or View(proof.board, ALL_TIME))
    return keys.prefixes.decode(), keys.top.decode()


def _only(result: Reconciled, part: Part, player: bytes) -> None:
    assert list(result.differences) == [Where("all:board", part, player)]
    (kind,) = (each.kind for each in result.differences.values())
    assert kind.value == part.value
    assert result.unsettled == 0


def test_a_missing_prefix_is_found(proof: Proof, valkey: redis.Redis) -> None:
    valkey.hdel(_keys(proof)[0], "player-2")
    _only(proof.reconcile(), Part.PREFIX, b"player-2")


def test_a_changed_prefix_is_found(proof: Proof, valkey: redis.Redis) -> None:
    value = bytes(valkey.hget(_keys(proof)[0], "player-2") or b"")  # type: ignore[arg-type]
    valkey.hset(_keys(proof)[0], "player-2", value[:-1] + bytes([value[-1] ^ 1]))
    result = proof.reconcile()
    _only(result, Part.PREFIX, b"player-2")
    assert "all:board: prefix: 'player-2' stands right, and the next fold will not" in lines(result)[1]


def test_an_extra_prefix_is_found(proof: Proof, valkey: redis.Redis) -> None:
    value = bytes(valkey.hget(_keys(proof)[0], "player-2") or b"")  # type: ignore[arg-type]
    valkey.hset(_keys(proof)[0], "ghost", value)
    _only(proof.reconcile(), Part.PREFIX, b"ghost")


def test_a_name_that_is_no_text_is_found_too(valkey: redis.Redis, engine: Engine) -> None:
    proof = _played(Proof(valkey, engine))
    valkey.hset(_keys(proof)[0], b"\xff", b"12345678")
    assert "'\\udcff' stands right" in lines(proof.reconcile())[1]


def test_what_a_sum_over_levels_remembers_is_compared_in_any_order(valkey: redis.Redis, engine: Engine) -> None:
    proof = Proof(valkey, engine, BoardOptions(level_total_view=True))
    proof.play(*(make_fact("ann", score, NOW, level=f"level-{score}") for score in range(5)))
    key = _keys(proof, View(proof.board, ALL_TIME, ALL_LEVELS))[0]
    value = bytes(valkey.hget(key, "ann") or b"")  # type: ignore[arg-type]
    head, parts = value[:16], [value[at : at + 25] for at in range(16, len(value), 25)]
    valkey.hset(key, "ann", head + b"".join(reversed(parts)))
    assert proof.reconcile().differences == {}
    for broken in (head + b"".join(parts[1:]), value[:-1], value + b"\x00"):
        valkey.hset(key, "ann", broken)
        assert [where.known for where in proof.reconcile().differences] == [b"ann"]


@pytest.mark.parametrize("options", SUMS, ids=str)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(plays=plays)
def test_what_a_sum_remembers_of_plays_of_0_is_what_the_ledger_says(
    valkey: redis.Redis, engine: Engine, options: BoardOptions, plays: list[Fact]
) -> None:
    proof = Proof(valkey, engine, options)
    proof.record(*plays)
    for play in plays:
        proof.fold(play)
    assert proof.reconcile().differences == {}


def test_what_a_sum_holds_beyond_2_to_the_53_is_compared_to_the_last_digit(valkey: redis.Redis, engine: Engine) -> None:
    proof = Proof(valkey, engine, BoardOptions(policy=Policy.TOTAL))
    proof.play(*(make_fact("ann", score, NOW) for score in (MAX_SCORE, MAX_SCORE, 3)))
    assert proof.reconcile().differences == {}
    key = _keys(proof)[0]
    value = bytes(valkey.hget(key, "ann") or b"")  # type: ignore[arg-type]
    residue = int.from_bytes(value[:8], "big")
    assert residue != 1 << 63
    valkey.hset(key, "ann", (residue - 1).to_bytes(8, "big") + value[8:])
    _only(proof.reconcile(), Part.PREFIX, b"ann")


def test_a_field_that_is_on_its_way_is_no_difference(proof: Proof) -> None:
    late: list[Fact] = [make_fact("player-4", 9, NOW + timedelta(seconds=1)), make_fact("new", 9, NOW)]
    proof.fold(*late)
    proof.on_pause = lambda: proof.record(late.pop()) if late else None
    result = proof.reconcile()
    assert (result.differences, result.unsettled) == ({}, 0)


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b"\xff"])
def test_a_wrong_rendered_top_is_found_at_once(proof: Proof, valkey: redis.Redis, body: bytes) -> None:
    standings, view = RedisStandings(valkey, proof.stage), View(proof.board, ALL_TIME)
    standings.top(view, proof.options)
    assert proof.reconcile().differences == {}
    valkey.set(_keys(proof)[1], body, ex=30)
    _only(proof.reconcile(), Part.TOP, b"")


def test_a_rendered_top_with_one_wrong_digit_is_found(proof: Proof, valkey: redis.Redis) -> None:
    right = RedisStandings(valkey, proof.stage).top(View(proof.board, ALL_TIME), proof.options).body
    valkey.set(_keys(proof)[1], right.replace(b'"rank":1', b'"rank":3'), ex=30)
    _only(proof.reconcile(), Part.TOP, b"")


def test_a_top_that_another_release_rendered_is_right(proof: Proof, valkey: redis.Redis) -> None:
    right = RedisStandings(valkey, proof.stage).top(View(proof.board, ALL_TIME), proof.options).body
    valkey.set(_keys(proof)[1], right.replace(b'"rank":', b'"medal": "none", "rank":'), ex=30)
    assert proof.reconcile().differences == {}


def test_a_wrong_entry_in_a_rendered_top_is_one_difference(proof: Proof, valkey: redis.Redis) -> None:
    proof.fold(make_fact("ghost", 9, NOW))
    RedisStandings(valkey, proof.stage).top(View(proof.board, ALL_TIME), proof.options)
    assert {each.kind for each in proof.reconcile().differences.values()} == {Kind.EXTRA}
