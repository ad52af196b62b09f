"""However facts arrive, every view equals the plain fold of them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, MAX_SCORE, Fact, Order, Span, View, spans_of
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import best_standings, make_definition, make_envelope, make_fact

ODD_PLAYERS = [
    "ann",
    "Ann",
    "a|b",
    "{x}",
    "-1",
    "0",
    "9007199254740993",
    "zoë",
    "zoe\u0308",
    "🎲",
    "ÿ",
    "%s",
    "a:b",
    "🎲" * 64,
]
LIMITS = [0, 1, -1, MAX_SCORE, MAX_SCORE - 1, -MAX_SCORE, 1 - MAX_SCORE, 9 * 10**15, -(9 * 10**15), 10**9, 10**9 + 1]

players = st.sampled_from(ODD_PLAYERS[:4]) | st.sampled_from(ODD_PLAYERS)
scores = st.integers(-2, 2) | st.sampled_from(LIMITS)
ages = st.builds(
    lambda days, microseconds: timedelta(days=days, microseconds=microseconds),
    st.sampled_from([0, 0, 0, 1, 6, 7, 9, 31, 45, 120, 400]),
    st.integers(0, 3) | st.integers(0, 86_400_000_000),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[datetime, list[Fact], list[list[list[Fact]]]]:
    """A moment, facts up to then, and batches of envelopes that carry each fact at least once, in any order."""
    now = datetime.now(UTC)
    plays = draw(st.lists(st.tuples(players, scores, ages), min_size=1, max_size=25))
    facts = [make_fact(player, score, now - age) for player, score, age in plays]
    repeats = draw(st.lists(st.sampled_from(facts), max_size=15))
    order = draw(st.permutations(facts + repeats))
    size = draw(st.integers(1, len(order)))
    envelopes = [list(order[first : first + size]) for first in range(0, len(order), size)]
    width = draw(st.integers(1, len(envelopes)))
    return now, facts, [envelopes[first : first + width] for first in range(0, len(envelopes), width)]


def live_spans(facts: list[Fact], now: datetime) -> set[Span]:
    spans = {span for fact in facts for span in spans_of(fact.occurred_at)}
    return {span for span in spans if span.expires_at is None or span.expires_at > now}


@pytest.mark.parametrize("order", Order)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_any_order_repetition_and_split_gives_the_plain_fold(
    redis_url: str, order: Order, history: tuple[datetime, list[Fact], list[list[list[Fact]]]]
) -> None:
    now, facts, batches = history
    definition = make_definition("chess", order)
    with redis.Redis.from_url(redis_url) as client:
        stage = f"fold-{uuid4().hex[:12]}"
        boards, standings = FirstGeneration(client, stage), RedisStandings(client, stage)
        for batch in batches:
            boards.fold([(make_envelope("chess", envelope), definition) for envelope in batch], now)
        for span in live_spans(facts, now):
            view, expected = View("chess", span), best_standings(facts, order, span)
            page = standings.page(view, definition.options, 0, 1000)
            assert page.standings == expected
            assert page.total == len(expected)
            for each in expected:
                assert standings.standing(view, definition.options, each.player) == each


@pytest.mark.parametrize("order", Order)
def test_thousands_of_equal_scores_rank_by_the_microsecond(
    boards: FirstGeneration, standings: RedisStandings, order: Order
) -> None:
    now, definition = datetime.now(UTC), make_definition("race", order)
    facts = [make_fact(f"player-{i * 7919 % 2500}", 10**9, now - timedelta(microseconds=i)) for i in range(2500)]
    boards.fold([(make_envelope("race", facts), definition)], now)
    for span in spans_of(now - timedelta(microseconds=2500)):
        page = standings.page(View("race", span), definition.options, 0, 3000)
        assert page.standings == best_standings(facts, order, span)


def test_more_players_than_one_command_takes_improve_in_one_envelope(
    boards: FirstGeneration, standings: RedisStandings
) -> None:
    now, definition = datetime.now(UTC), make_definition("crowd")
    before = [make_fact(f"player-{i}", i, now - timedelta(microseconds=5)) for i in range(2345)]
    after = [make_fact(f"player-{i}", i + i % 2, now) for i in range(2345)]
    for facts in (before, after):
        boards.fold([(make_envelope("crowd", facts), definition)], now)
    (all_time, *_) = spans_of(now)
    page = standings.page(View("crowd", all_time), definition.options, 0, 5000)
    assert page.standings == best_standings(before + after, Order.DESC, all_time)


def test_an_envelope_that_says_nothing_new_changes_nothing(boards: FirstGeneration) -> None:
    now, definition = datetime.now(UTC), make_definition("chess")
    envelope = make_envelope("chess", [make_fact("ann", 5, now), make_fact("bob", 7, now)])
    first, second = boards.fold([(envelope, definition), (envelope, definition)], now)
    assert (first.entries_changed, first.tops_changed) == (8, 4)
    assert (second.entries_changed, second.tops_changed) == (0, 0)


def test_a_view_whose_entries_were_lost_takes_its_plays_again(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    now, definition = datetime.now(UTC), make_definition("chess")
    envelope = make_envelope("chess", [make_fact("ann", 5, now)])
    view = Keyspace(stage).of(View("chess", ALL_TIME))
    boards.fold([(envelope, definition)], now)
    client.delete(view.entries)
    boards.fold([(envelope, definition)], now)
    assert standings.page(View("chess", ALL_TIME), definition.options, 0, 10).total == 1


def test_an_envelope_and_a_batch_may_be_empty(boards: FirstGeneration) -> None:
    now = datetime.now(UTC)
    assert boards.fold([], now) == []
    (result,) = boards.fold([(make_envelope("chess", []), make_definition("chess"))], now)
    assert result.entries_changed == 0
