"""A correction takes from a board what no longer counts, and nothing else."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import redis

from ledgerboard_boards import (
    STALE,
    BoardStates,
    FoldOrder,
    FoldResult,
    Following,
    GenerationState,
    RedisBoards,
    RedisStandings,
)
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, TOP_N, BoardOptions, Fact, Period, Policy, Standing, View, span_containing
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.rankings import expected_standings

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)
ONE, TWO = GenerationState(1, 1), GenerationState(2, 1)
EDGE = 1000 - 10 * (TOP_N - 1)


class Board:
    """One board of one policy, live in generation 1 while generation 2 is built."""

    def __init__(self, client: redis.Redis, stage: str, policy: Policy = Policy.BEST) -> None:
        self.options = BoardOptions(policy=policy)
        self.boards, self.states = RedisBoards(client, stage), BoardStates(client, stage)
        self.standings = RedisStandings(client, stage)
        self.states.create("chess", [ONE, TWO], 1)

    @property
    def version(self) -> int:
        state = self.states.get("chess")
        assert state is not None
        return state.version

    def fold(self, facts: Sequence[Fact], *, generation: int = 1) -> None:
        order = FoldOrder(make_envelope("chess", facts), self.options, generation, self.version)
        (result,) = self.boards.fold([order], NOW)
        assert isinstance(result, FoldResult)

    def restate(self, player: str, facts: Sequence[Fact], *, now: datetime = NOW) -> None:
        assert self.boards.restate(
            "chess", {player: [(1, self.options, facts)]}, self.version, lambda: Following([ONE, TWO]), now
        )

    def top(self) -> tuple[int, tuple[Standing, ...]]:
        top = self.standings.top(CHESS, self.options)
        return top.version, msgspec.json.decode(top.body, type=tuple[Standing, ...])


def crowd() -> list[Fact]:
    """More players than fit the top, ten points apart: the last in the top has `EDGE`."""
    return [make_fact(f"player-{place}", 1000 - 10 * place, NOW) for place in range(TOP_N + 20)]


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    ("place", "score", "changes"),
    [
        (0, None, True),
        (TOP_N - 1, None, True),
        (TOP_N, None, False),
        (TOP_N + 5, EDGE - 5, False),
        (TOP_N + 5, EDGE + 5, True),
        (5, 3, True),
    ],
)
def test_a_restatement_drops_the_kept_top_where_it_reaches_it(
    client: redis.Redis, stage: str, policy: Policy, place: int, score: int | None, *, changes: bool
) -> None:
    board, facts = Board(client, stage, policy), crowd()
    board.fold(facts)
    version, _ = board.top()
    player = f"player-{place}"
    drawn = [] if score is None else [make_fact(player, score, NOW)]
    board.restate(player, drawn)
    after, shown = board.top()
    left = [*(fact for fact in facts if fact.player != player), *drawn]
    assert shown == expected_standings(left, board.options, CHESS)[:TOP_N]
    assert (after > version) is changes


def test_a_player_loses_every_play_of_any_number_and_nobody_else_does(client: redis.Redis, stage: str) -> None:
    """Names that begin with another's, and more plays than one command takes."""
    board = Board(client, stage, Policy.PLAYS)
    plays = [make_fact("ann", number, NOW - timedelta(microseconds=number)) for number in range(1100)]
    others = [make_fact(player, 5, NOW) for player in ("an", "anna", "ann ", "Ann", "ann\u00ff")]
    board.fold([*plays, *others])
    board.restate("ann", plays[:2])
    page = board.standings.page(CHESS, board.options, 0, 2000)
    assert page.standings == expected_standings([*plays[:2], *others], board.options, CHESS)
    for other in others:
        board.restate(other.player, [])
    board.restate("ann", [])
    assert board.standings.page(CHESS, board.options, 0, 2000).total == 0
    assert not client.exists(Keyspace(stage).plays("chess", 1).decode()), "a player who left is still named somewhere"


def test_a_restatement_reaches_both_generations_at_once(client: redis.Redis, stage: str) -> None:
    board, plays = Board(client, stage), [make_fact("ann", score, NOW) for score in (1, 9)]
    for generation in (1, 2):
        board.fold(plays, generation=generation)
    drawn = [(number, board.options, plays[:1]) for number in (1, 2)]
    assert board.boards.restate("chess", {"ann": drawn}, board.version, lambda: Following([ONE, TWO]), NOW)
    for number in (1, 2):
        (entry,) = board.boards.entries(View("chess", ALL_TIME, generation=number), board.options, None, 9)
        assert entry.standing.score == 1


def test_many_players_are_restated_by_one_call_each_by_what_is_theirs(client: redis.Redis, stage: str) -> None:
    board = Board(client, stage, Policy.PLAYS)
    plays = [make_fact(f"player-{number % 7}", number, NOW) for number in range(70)]
    board.fold(plays)
    left = {
        f"player-{number}": [each for each in plays if each.player == f"player-{number}"][number:]
        for number in range(5)
    }
    drawn = {player: [(1, board.options, facts)] for player, facts in left.items()}
    version = board.boards.restate("chess", drawn, board.version, lambda: Following([ONE, TWO]), NOW)
    assert version == board.version
    others = [each for each in plays if each.player not in left]
    expected = expected_standings([*others, *(each for facts in left.values() for each in facts)], board.options, CHESS)
    assert board.standings.page(CHESS, board.options, 0, 99).standings == expected


def test_a_restatement_gives_no_life_to_a_view_that_expired(client: redis.Redis, stage: str) -> None:
    board, keyspace = Board(client, stage), Keyspace(stage)
    board.fold([make_fact("ann", 5, NOW)])
    day = keyspace.of(View("chess", span_containing(Period.DAY, NOW)))
    for key in day.all:
        client.delete(key.decode())
    client.hset(keyspace.registry("chess", 1).decode(), day.entries.decode(), f"8 {NOW.timestamp() - 1:.0f}")
    board.restate("ann", [make_fact("ann", 5, NOW)], now=NOW + timedelta(days=20))
    assert not client.exists(day.entries.decode())
    assert len(board.boards.views("chess", 1)) == 3
    assert board.standings.page(CHESS, board.options, 0, 9).total == 1


def test_a_view_that_was_emptied_and_filled_still_expires(client: redis.Redis, stage: str) -> None:
    board, day = Board(client, stage), Keyspace(stage).of(View("chess", span_containing(Period.DAY, NOW)))
    board.fold([make_fact("ann", 5, NOW)])
    expires_at = client.expiretime(day.entries.decode())
    for facts in ([make_fact("ann", 4, NOW)], [], [make_fact("ann", 3, NOW)]):
        board.restate("ann", facts)
    found = [client.expiretime(key.decode()) for key in (day.entries, day.prefixes, day.version)]
    assert found == [expires_at] * 3


def test_a_restatement_that_comes_too_late_by_the_servers_clock_changes_nothing(
    client: redis.Redis, stage: str
) -> None:
    """Its caller stood still since it took the time for what follows."""
    board, plays = Board(client, stage), [make_fact("ann", score, NOW) for score in (1, 9)]
    board.fold(plays)
    before, drawn = board.states.get("chess"), [(1, board.options, plays[:1])]

    def at(not_after: datetime) -> bool:
        following = Following([TWO], not_after)
        return board.boards.restate("chess", {"ann": drawn}, board.version, lambda: following, NOW) is not None

    assert not at(board.states.clock("chess") - timedelta(milliseconds=1))
    assert board.states.get("chess") == before
    assert board.standings.page(CHESS, board.options, 0, 9).standings[0].score == 9
    assert at(board.states.clock("chess") + timedelta(minutes=1))
    assert board.standings.page(CHESS, board.options, 0, 9).standings[0].score == 1


def test_only_the_live_generation_announces_envelopes(client: redis.Redis, stage: str) -> None:
    """Who waits for one reads then, and must find it."""
    board = Board(client, stage)
    with client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
        listener.subscribe(Keyspace(stage).folded_channel)
        listener.get_message(timeout=5)
        orders = [
            FoldOrder(make_envelope("chess", [make_fact("ann", 1, NOW)]), board.options, number, board.version + late)
            for number, late in ((2, 0), (1, 1), (1, 0))
        ]
        assert [result is STALE for result in board.boards.fold(orders, NOW)] == [False, True, False]
        heard, deadline = None, time.monotonic() + 5
        while heard is None and time.monotonic() < deadline:
            heard = listener.get_message(timeout=1)
    assert heard is not None
    assert heard["data"].decode() == str(orders[2].envelope.envelope_id)
