"""The rendered top is never out of date, and is made anew only when it must be."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace, ViewKeys
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, TOP_N, Fact, Standing, View
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = make_definition("chess")
VIEW = View("chess", ALL_TIME)
EDGE = 1000 - 10 * (TOP_N - 1)
"""The score of the last player in the top of `crowd`."""


def crowd() -> list[Fact]:
    """More players than fit the top, ten points apart: player-0 has 1000."""
    return [make_fact(f"player-{place}", 1000 - 10 * place, NOW) for place in range(TOP_N + 20)]


def fold(boards: FirstGeneration, facts: Sequence[Fact]) -> int:
    (result,) = boards.fold([(make_envelope("chess", facts), CHESS)], NOW)
    return result.tops_changed


def rendered(standings: RedisStandings) -> tuple[Standing, ...]:
    return msgspec.json.decode(standings.top(VIEW, DEFAULT_OPTIONS).body, type=tuple[Standing, ...])


def true_top(standings: RedisStandings) -> tuple[Standing, ...]:
    return standings.page(VIEW, DEFAULT_OPTIONS, 0, TOP_N).standings


class Overtaken(RedisStandings):
    """A reader that is slow between reading a top and offering it."""

    def __init__(self, client: redis.Redis, stage: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(client, stage)
        self._meanwhile = meanwhile

    def _offer(self, keys: ViewKeys, version: bytes, body: bytes) -> None:
        self._meanwhile()
        super()._offer(keys, version, body)


def test_a_top_that_was_overtaken_while_it_was_rendered_is_not_kept(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    fold(boards, crowd())
    better = [make_fact("player-7", 5000, NOW)]
    older = Overtaken(client, stage, lambda: fold(boards, better)).top(VIEW, DEFAULT_OPTIONS)
    assert b"5000" not in older.body
    assert rendered(standings)[0].player == "player-7"
    assert standings.top(VIEW, DEFAULT_OPTIONS).version > older.version


def test_a_top_that_was_overtaken_by_the_first_play_of_all_is_not_kept(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    boards.begin("chess")
    assert Overtaken(client, stage, lambda: fold(boards, crowd())).top(VIEW, DEFAULT_OPTIONS).body == b"[]"
    assert len(rendered(standings)) == TOP_N


def test_a_top_read_before_the_server_lost_everything_is_not_kept_after(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    def lose_and_refill() -> None:
        client.delete(*Keyspace(stage).of(VIEW).all)
        fold(boards, [make_fact("bob", 1, NOW)])

    fold(boards, crowd())
    Overtaken(client, stage, lose_and_refill).top(VIEW, DEFAULT_OPTIONS)
    assert [each.player for each in rendered(standings)] == ["bob"]


def test_a_version_rises_even_while_the_clock_is_behind_it(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    ahead = 4 * 10**15
    client.set(Keyspace(stage).of(VIEW).version, ahead)
    fold(boards, crowd())
    assert standings.top(VIEW, DEFAULT_OPTIONS).version == ahead + 1


def test_plays_below_the_top_leave_it_kept(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    fold(boards, crowd())
    before = standings.top(VIEW, DEFAULT_OPTIONS)
    keys, kept = Keyspace(stage).of(VIEW), 0
    for attempt in range(200):
        assert fold(boards, [make_fact(f"newcomer-{attempt}", EDGE - 1 - attempt, NOW)]) == 0
        kept += client.exists(keys.top)
    after = standings.top(VIEW, DEFAULT_OPTIONS)
    assert kept == 200
    assert (after.version, after.body) == (before.version, before.body)
    assert after.total == before.total + 200


@pytest.mark.parametrize(
    ("player", "score", "changes"),
    [
        ("newcomer", EDGE + 1, True),
        ("newcomer", EDGE - 1, False),
        ("a-newcomer", EDGE, True),
        ("z-newcomer", EDGE, False),
        ("player", EDGE, True),
        (f"player-{TOP_N - 1}-too", EDGE, False),
        (f"player-{TOP_N - 1}", EDGE + 1, True),
        (f"player-{TOP_N - 1}", EDGE, False),
        (f"player-{TOP_N}", EDGE - 1, False),
        (f"player-{TOP_N}", EDGE, True),
        (f"player-{TOP_N}", EDGE + 1, True),
        ("player-0", 999, False),
        ("player-0", 1001, True),
    ],
)
def test_a_play_at_the_edge_counts_exactly_as_it_ranks(
    boards: FirstGeneration, standings: RedisStandings, player: str, score: int, *, changes: bool
) -> None:
    fold(boards, crowd())
    before, version = rendered(standings), standings.top(VIEW, DEFAULT_OPTIONS).version
    fold(boards, [make_fact(player, score, NOW)])
    assert (standings.top(VIEW, DEFAULT_OPTIONS).version > version) is changes
    assert (rendered(standings) != before) is changes
    assert rendered(standings) == true_top(standings)


edge_plays = st.builds(
    lambda place, near: make_fact(f"player-{place}", EDGE + near, NOW),
    st.integers(TOP_N - 5, TOP_N + 25),
    st.integers(-12, 12),
)


@settings(max_examples=60, deadline=None)
@given(envelopes=st.lists(st.lists(edge_plays, min_size=1, max_size=4), min_size=1, max_size=8))
def test_the_version_rises_exactly_when_the_top_changes(redis_url: str, envelopes: list[list[Fact]]) -> None:
    stage = f"top-{uuid4().hex[:12]}"
    with redis.Redis.from_url(redis_url) as client:
        boards, standings = FirstGeneration(client, stage), RedisStandings(client, stage)
        fold(boards, crowd())
        for envelope in envelopes:
            before, version = true_top(standings), standings.top(VIEW, DEFAULT_OPTIONS).version
            fold(boards, envelope)
            assert rendered(standings) == true_top(standings)
            changed = true_top(standings) != before
            assert (standings.top(VIEW, DEFAULT_OPTIONS).version > version) is changed
