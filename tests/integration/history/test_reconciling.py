"""Reconciling finds every single difference between the boards and the ledger, and none where there is none."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_contracts import BoardOptions, Fact, Policy, TieBreak
from ledgerboard_history.proof.differences import Kind
from ledgerboard_history.proof.recording import RecordedReconciliation
from ledgerboard_history.proof.sampling import SampleBoards
from ledgerboard_history.proof.wording import lines
from ledgerboard_ledger import PostgresDefinitions, PostgresProofs
from ledgerboard_testkit.plays import make_fact
from tests.integration.boards.games import facts
from tests.integration.history.proving import NOW, Proof
from tests.integration.ledger.standings_model import options as any_options

if TYPE_CHECKING:
    from collections.abc import Callable

_TIED = BoardOptions(ties=(TieBreak(attribute="lives"),))


@pytest.fixture
def proof(valkey: redis.Redis, engine: Engine) -> Proof:
    proof = Proof(valkey, engine)
    proof.play(*(make_fact(f"player-{place}", place, NOW) for place in range(5)))
    return proof


def _members(proof: Proof, first: int, last: int) -> list[bytes]:
    found: Any = proof.valkey.zrange(proof.entries_key, first, last)
    return list(found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=any_options, history=st.lists(facts, max_size=16))
def test_whatever_was_played_a_correct_board_has_no_difference(
    valkey: redis.Redis, engine: Engine, choice: BoardOptions, history: list[Fact]
) -> None:
    proof = Proof(valkey, engine, choice)
    proof.play(*history)
    result = proof.reconcile()
    assert lines(result) == [f"{proof.board}: {result.views_compared} views, 0 differences"]
    assert (result.views_compared > 0) == bool(history)


def test_one_changed_score_is_found(proof: Proof, valkey: redis.Redis) -> None:
    (member,) = _members(proof, 2, 2)
    valkey.zadd(proof.entries_key, {member: -77})
    ((where, difference),) = proof.reconcile().differences.items()
    assert (where.view, difference.player, difference.kind) == ("all:board", "player-2", Kind.SCORE)
    assert "'player-2' has 77 at" in lines(proof.reconcile())[1]


def test_a_missing_player_is_found(proof: Proof, valkey: redis.Redis) -> None:
    valkey.zremrangebyrank(proof.entries_key, 1, 1)
    (difference,) = proof.reconcile().differences.values()
    assert (difference.player, difference.kind) == ("player-3", Kind.MISSING)


def test_an_extra_player_is_found_in_every_view(proof: Proof) -> None:
    proof.fold(make_fact("ghost", 9, NOW))
    found = proof.reconcile().differences
    assert {(each.player, each.kind) for each in found.values()} == {("ghost", Kind.EXTRA)}
    assert len(found) == len({where.view for where in found}) == 4


def test_a_wrong_order_among_equal_scores_is_found(valkey: redis.Redis, engine: Engine) -> None:
    proof = Proof(valkey, engine, _TIED)
    tied = [make_fact(name, 5, NOW, attributes={"lives": lives}) for lives, name in enumerate(("ann", "bob"))]
    proof.play(*tied)
    first, second = _members(proof, 0, -1)
    valkey.zrem(proof.entries_key, first, second)
    valkey.zadd(proof.entries_key, {second[:-3] + first[-3:]: -5, first[:-3] + second[-3:]: -5})
    found = proof.reconcile()
    assert {(each.player, each.kind) for each in found.differences.values()} == {
        ("ann", Kind.ORDER),
        ("bob", Kind.ORDER),
    }
    assert "'ann' stands in the wrong place among equal scores" in "".join(lines(found))


def test_an_extra_view_is_found(proof: Proof) -> None:
    play = make_fact("player-0", 0, NOW, level="7")
    proof.fold(play)
    found = proof.reconcile().differences
    assert {where.view for where in found} == {where.view for where in found if where.view.endswith(":level:7")}
    assert {each.kind for each in found.values()} == {Kind.EXTRA}
    assert len(found) == 4


def test_one_lost_play_of_many_is_found(valkey: redis.Redis, engine: Engine) -> None:
    proof = Proof(valkey, engine, BoardOptions(policy=Policy.PLAYS))
    proof.play(*(make_fact("ann", 5, NOW) for _ in range(3)))
    valkey.zremrangebyrank(proof.entries_key, 1, 1)
    (difference,) = proof.reconcile().differences.values()
    assert (difference.player, difference.kind) == ("ann", Kind.MISSING)


def test_what_arrives_at_the_other_end_meanwhile_is_no_difference(proof: Proof) -> None:
    early, late = make_fact("early", 9, NOW), make_fact("late", 9, NOW)
    proof.fold(early)
    proof.record(late)
    arriving: list[Callable[[], None]] = [lambda: proof.fold(late), lambda: proof.record(early)]
    proof.on_pause = lambda: arriving.pop()() if arriving else None
    result = proof.reconcile()
    assert (result.differences, result.unsettled) == ({}, 0)


def test_while_messages_wait_nothing_is_judged(proof: Proof) -> None:
    proof.fold(make_fact("early", 9, NOW))
    proof.messages = 3
    result = proof.reconcile()
    assert (result.differences, result.unsettled) == ({}, 4)
    assert "4 entries kept changing, or messages were under way all the time: not judged" in lines(result)[0]


def test_while_a_worker_holds_a_message_nothing_is_judged(proof: Proof) -> None:
    proof.fold(make_fact("early", 9, NOW))
    proof.in_hand = 1
    result = proof.reconcile()
    assert (result.differences, result.unsettled) == ({}, 4)


def test_where_workers_never_have_empty_hands_a_difference_counts_that_stood_for_minutes(proof: Proof) -> None:
    proof.patience = replace(proof.patience, most=timedelta(seconds=600))
    proof.fold(make_fact("ghost", 9, NOW))
    proof.in_hand = 3
    result = proof.reconcile()
    assert (len(result.differences), result.unsettled) == (4, 0)


def test_a_moment_without_any_message_in_hand_is_enough_if_the_difference_stands_afterwards(proof: Proof) -> None:
    """A busy stage has some in hand at nearly every moment."""
    proof.fold(make_fact("ghost", 9, NOW))
    moments = iter(range(10_000))

    def busy() -> None:
        proof.in_hand = 0 if next(moments) % 37 == 36 else 3

    proof.on_pause = busy
    result = proof.reconcile()
    assert ({each.player for each in result.differences.values()}, result.unsettled) == ({"ghost"}, 0)


def test_a_moment_without_messages_before_the_difference_tells_nothing_of_it(proof: Proof) -> None:
    """The fact that the board lacks is in hand from when the ledger has it."""
    proof.fold(make_fact("slow", 1, NOW))
    late, moments = make_fact("slow", 9, NOW), iter(range(10_000))

    def hold() -> None:
        if next(moments) == 7:
            proof.record(late)
            proof.in_hand = 1

    proof.on_pause = hold
    result = proof.reconcile()
    assert result.differences == {}
    assert result.unsettled == 4


def test_an_entry_that_keeps_changing_is_not_judged_and_its_neighbour_is(proof: Proof) -> None:
    proof.fold(make_fact("ghost", 9, NOW - timedelta(days=400)))
    scores = iter(range(10, 10_000))
    proof.fold(make_fact("busy", 9, NOW))
    proof.on_pause = lambda: proof.fold(make_fact("busy", next(scores), NOW))
    result = proof.reconcile()
    assert {each.player for each in result.differences.values()} == {"ghost"}
    assert result.unsettled == 4


def test_a_board_without_a_live_generation_is_not_called_correct(valkey: redis.Redis, proof: Proof) -> None:
    valkey.delete(f"{{{proof.stage}/{proof.board}}}:state")
    result = proof.reconcile()
    assert not result.is_live
    assert lines(result) == [f"{proof.board}: no live generation; it is being drawn from the ledger"]


def test_a_board_on_which_nobody_played_has_nothing_to_compare(valkey: redis.Redis, engine: Engine) -> None:
    proof = Proof(valkey, engine)
    proof.begin = False
    result = proof.reconcile()
    assert (result.is_live, result.views_compared, result.differences) == (True, 0, {})


def test_a_sample_is_noted_for_whoever_watches(proof: Proof, engine: Engine) -> None:
    proof.fold(make_fact("ghost", 9, NOW))
    definitions, proofs = PostgresDefinitions(engine), PostgresProofs(engine)
    definitions.define(proof.board, proof.options)
    recorded = RecordedReconciliation(proof.reconciliation(), proofs, proof)
    sample = SampleBoards(definitions, recorded, choose=lambda names, _: names, count=3)
    assert sample.run() == sample.run() == {proof.board: 4}
    totals = proofs.totals()
    assert (totals.boards, totals.differing, totals.differences, totals.unsettled) == (1, 1, 4, 0)
