"""Totals see each envelope once and stay exact; and every envelope is announced."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_LEVELS, ALL_TIME, MAX_SCORE, BoardDefinition, FactEnvelope, Order, Policy, View
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from ledgerboard_testkit.rankings import expected_standings

NOW = datetime.now(UTC)
SUMS = make_definition("sums", policy=Policy.TOTAL)
VIEW = View("sums", ALL_TIME)
HUGE = [MAX_SCORE, MAX_SCORE, 1, -MAX_SCORE, MAX_SCORE - 1, MAX_SCORE, 3, -1]


def play(score: int, player: str = "ann") -> FactEnvelope:
    return make_envelope("sums", [make_fact(player, score, NOW)])


def score_of(standings: RedisStandings) -> int:
    (standing,) = standings.page(VIEW, SUMS.options, 0, 10).standings
    return standing.score


@pytest.mark.parametrize("order", Order)
def test_a_sum_beyond_what_a_double_holds_is_exact_in_every_order_of_adding(
    boards: FirstGeneration, standings: RedisStandings, order: Order
) -> None:
    definition = make_definition("sums", order, policy=Policy.TOTAL)
    facts = []
    for number, scores in enumerate(list(permutations(HUGE))[::997]):
        mine = [make_fact(f"player-{number}", score, NOW) for score in scores]
        facts += mine
        boards.fold([(make_envelope("sums", [fact]), definition) for fact in mine], NOW)
    page = standings.page(VIEW, definition.options, 0, 100)
    assert {each.score for each in page.standings} == {sum(HUGE)}
    assert page.standings == expected_standings(facts, definition.options, VIEW)


@pytest.mark.parametrize("order", Order)
def test_sums_one_apart_rank_exactly_where_doubles_are_sixteen_apart(
    boards: FirstGeneration, standings: RedisStandings, order: Order
) -> None:
    definition = make_definition("sums", order, policy=Policy.TOTAL)
    facts = [make_fact(f"p{rest}", score, NOW) for rest in range(40) for score in [*[MAX_SCORE] * 16, rest]]
    facts += [make_fact(f"m{rest}", score, NOW) for rest in range(40) for score in [*[-MAX_SCORE] * 16, rest]]
    boards.fold([(make_envelope("sums", facts[first::3]), definition) for first in range(3)], NOW)
    assert standings.page(VIEW, definition.options, 0, 100).standings == expected_standings(
        facts, definition.options, VIEW
    )


@pytest.mark.parametrize("order", Order)
def test_the_best_of_many_levels_add_up_exactly(
    boards: FirstGeneration, standings: RedisStandings, order: Order
) -> None:
    definition, view = make_definition("sums", order, level_total_view=True), View("sums", ALL_TIME, ALL_LEVELS)
    facts = [
        make_fact(
            f"player-{number % 5}", MAX_SCORE - number % 11, NOW - timedelta(seconds=number % 13), level=f"l{level}"
        )
        for level in range(20)
        for number in range(60)
    ]
    for first in (0, 1, 0, 2):
        boards.fold([(make_envelope("sums", facts[first::3]), definition)], NOW)
    assert standings.page(view, definition.options, 0, 10).standings == expected_standings(
        facts, definition.options, view
    )


Step = tuple[str, int, int, str]
"""Player, score, at which second, level."""


@pytest.mark.parametrize(
    ("steps", "first"),
    [
        pytest.param([("ann", 5, 1, ""), ("bob", 5, 2, ""), ("ann", 0, 3, "")], "ann", id="after the total"),
        pytest.param([("ann", 0, 1, ""), ("bob", 0, 2, ""), ("ann", 0, 3, "")], "ann", id="after nothing"),
        pytest.param([("ann", 0, 1, ""), ("ann", 5, 3, ""), ("bob", 5, 2, "")], "bob", id="before the total"),
        pytest.param(
            [("ann", 5, 1, ""), ("ann", -5, 3, ""), ("ann", 0, 4, ""), ("bob", 0, 2, ""), ("bob", 0, 9, "")],
            "bob",
            id="after what added up to nothing",
        ),
        pytest.param([("ann", 9, 1, ""), ("bob", 4, 2, ""), ("bob", 5, 3, "")], "ann", id="none"),
    ],
)
def test_a_play_of_0_moves_nobody_behind_equals_on_a_total(
    boards: FirstGeneration, standings: RedisStandings, steps: list[Step], first: str
) -> None:
    definition = make_definition("sums", policy=Policy.TOTAL)
    _first_in_every_order(boards, standings, steps, definition, View("sums", ALL_TIME), first)


@pytest.mark.parametrize(
    ("steps", "order", "first"),
    [
        pytest.param(
            [("ann", 5, 1, "a"), ("bob", 5, 2, "a"), ("ann", 0, 3, "b")], Order.DESC, "ann", id="a level of nothing"
        ),
        pytest.param(
            [("ann", 0, 1, "a"), ("bob", 0, 2, "a"), ("ann", 0, 3, "b")], Order.DESC, "ann", id="nothing on any level"
        ),
        pytest.param(
            [("ann", 5, 1, "a"), ("ann", 7, 1, "b"), ("bob", 5, 2, "a"), ("ann", 0, 3, "b")],
            Order.ASC,
            "bob",
            id="an improvement to 0 counts",
        ),
        pytest.param(
            [("ann", 5, 1, "a"), ("bob", 5, 2, "a"), ("ann", 0, 3, "b"), ("ann", 7, 4, "b")],
            Order.ASC,
            "ann",
            id="what came behind a best of 0 does not",
        ),
    ],
)
def test_a_play_of_0_moves_nobody_behind_equals_on_a_sum_over_levels(
    boards: FirstGeneration, standings: RedisStandings, steps: list[Step], order: Order, first: str
) -> None:
    definition = make_definition("sums", order, level_total_view=True)
    _first_in_every_order(boards, standings, steps, definition, View("sums", ALL_TIME, ALL_LEVELS), first)


def _first_in_every_order(
    boards: FirstGeneration, standings: RedisStandings, steps: list[Step], definition: BoardDefinition, view: View,
    first: str,
) -> None:  # fmt: skip
    start = NOW - timedelta(seconds=60)
    for number, ordered in enumerate(permutations(steps)):
        own = replace(view, board=f"{definition.board}-{number}")
        facts = [
            make_fact(player, score, start + timedelta(seconds=second), level=level or None)
            for player, score, second, level in ordered
        ]
        for cut in (facts[: number % len(facts)], facts[number % len(facts) :]):
            boards.fold([(make_envelope(own.board, cut), replace(definition, board=own.board))], NOW)
        page = standings.page(own, definition.options, 0, 10)
        assert page.standings[0].player == first, ordered
        assert page.standings == expected_standings(facts, definition.options, own)


def test_only_totals_leave_marks(client: redis.Redis, stage: str, boards: FirstGeneration) -> None:
    for policy in Policy:
        boards.fold(
            [(make_envelope(policy.value, [make_fact("ann", 1, NOW)]), make_definition("x", policy=policy))], NOW
        )
    assert [key.split(b"/")[1][:5] for key in client.scan_iter(f"*{stage}/*:seen:*")] == [b"total"]


def test_every_envelope_is_announced_by_its_id_even_if_it_says_nothing_new(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    empty, once = make_envelope("sums", []), play(1)
    with client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
        listener.subscribe(Keyspace(stage).folded_channel)
        listener.get_message(timeout=5)
        boards.fold([(once, SUMS), (empty, SUMS), (once, SUMS)], NOW)
        heard: list[str] = []
        deadline = time.monotonic() + 5
        while len(heard) < 3 and time.monotonic() < deadline:
            if message := listener.get_message(timeout=1):
                heard.append(message["data"].decode())
    assert heard == [str(each.envelope_id) for each in (once, empty, once)]


def test_a_play_of_nothing_changes_no_top(boards: FirstGeneration) -> None:
    now = NOW - timedelta(seconds=1)
    (first, *_) = boards.fold([(make_envelope("sums", [make_fact("ann", 5, NOW)]), SUMS)], NOW)
    zero = make_envelope("sums", [make_fact("ann", 0, now, event_id=new_uuid7(now))])
    (second, *_) = boards.fold([(zero, SUMS)], NOW)
    assert (first.entries_changed, first.tops_changed) == (4, 4)
    assert (second.entries_changed, second.tops_changed) == (0, 0)
