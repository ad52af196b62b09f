"""While a board's slot moves from one primary to another, key by key, its writes are refused or right, never half."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import pytest
import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import (
    BoardStates,
    FoldOrder,
    FoldResult,
    Following,
    GenerationState,
    RedisBoards,
    RedisStandings,
)
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, BoardOptions, Fact, Policy, View, level_scope
from ledgerboard_dev.cluster import ClusterNode
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.rankings import expected_standings

NOW: Final = datetime.now(UTC)
BOARD: Final = "moving"
ONE: Final = GenerationState(1, 1)


class MovingSlot:
    """The slot of a board, on its way from the primary that has it to another."""

    def __init__(self, cluster: RedisCluster, key: bytes) -> None:
        self._slot: int = cluster.keyslot(key)  # type: ignore[no-untyped-call]
        source = cluster.get_node_from_key(key)  # type: ignore[no-untyped-call]
        self._target_node = next(node for node in cluster.get_primaries() if node.name != source.name)  # type: ignore[no-untyped-call]
        self._source: redis.Redis = cluster.get_redis_connection(source)
        self._target: redis.Redis = cluster.get_redis_connection(self._target_node)
        self._ids = [client.execute_command("CLUSTER MYID") for client in (self._source, self._target)]  # type: ignore[no-untyped-call]

    def begin(self) -> None:
        self._set(self._target, "IMPORTING", self._ids[0])
        self._set(self._source, "MIGRATING", self._ids[1])

    def keys(self) -> list[bytes]:
        found: list[bytes] = self._source.execute_command("CLUSTER GETKEYSINSLOT", self._slot, 10_000)  # type: ignore[no-untyped-call]
        return sorted(found)

    def move(self, keys: Sequence[bytes]) -> None:
        password = self._target.get_connection_kwargs()["password"]
        for key in keys:
            there = ("127.0.0.1", self._target_node.port, key, 0, 5000, "AUTH", password)
            self._source.execute_command("MIGRATE", *there)  # type: ignore[no-untyped-call]

    def finish(self) -> None:
        self.move(self.keys())
        for client in (self._target, self._source):
            self._set(client, "NODE", self._ids[1])

    def _set(self, client: redis.Redis, *words: object) -> None:
        client.execute_command("CLUSTER SETSLOT", self._slot, *words)  # type: ignore[no-untyped-call]


@pytest.fixture
def moved(nodes: Sequence[ClusterNode]) -> Iterator[RedisCluster]:
    client = make_redis(RedisSettings(url=nodes[0].url, cluster=True))
    assert isinstance(client, RedisCluster)
    yield client
    client.close()


class Board:
    """A board with some plays, of which the first of ann is to go."""

    def __init__(self, cluster: RedisCluster, stage: str, policy: Policy) -> None:
        self.options = BoardOptions(policy=policy)
        self.boards, self.states = RedisBoards(cluster, stage), BoardStates(cluster, stage)
        self.standings = RedisStandings(cluster, stage)
        self.slot = MovingSlot(cluster, Keyspace(stage).state(BOARD))
        self.facts = [
            make_fact("ann", 9, NOW, level="one"),
            make_fact("bob", 5, NOW, level="one"),
            make_fact("ann", 3, NOW, level="two"),
        ]
        self.late = make_envelope(BOARD, [make_fact("eve", 7, NOW, level="two")])
        self.states.create(BOARD, [ONE], 1)
        self.fold(self.facts)

    @property
    def version(self) -> int:
        state = self.states.get(BOARD)
        assert state is not None
        return state.version

    def fold(self, facts: Sequence[Fact]) -> None:
        order = FoldOrder(make_envelope(BOARD, facts), self.options, 1, self.version)
        assert all(isinstance(each, FoldResult) for each in self.boards.fold([order], NOW))

    def fold_late(self) -> None:
        order = FoldOrder(self.late, self.options, 1, self.version)
        assert all(isinstance(each, FoldResult) for each in self.boards.fold([order], NOW))

    def restate(self) -> None:
        drawn = [(1, self.options, [each for each in self.facts[1:] if each.player == "ann"])]
        assert self.boards.restate(BOARD, {"ann": drawn}, self.version, lambda: Following([ONE]), NOW)

    def hide(self) -> None:
        assert self.boards.restate(BOARD, {"ann": [(1, self.options, [])]}, self.version, lambda: Following([ONE]), NOW)

    def shows(self, facts: Sequence[Fact]) -> None:
        for scope in (View(BOARD, ALL_TIME).scope, level_scope("one"), level_scope("two")):
            view = View(BOARD, ALL_TIME, scope)
            page = self.standings.page(view, self.options, 0, 99).standings
            assert page == expected_standings(facts, self.options, view)


DONE: Final[dict[str, tuple[Callable[[Board], None], Callable[[Board], list[Fact]]]]] = {
    "fold": (Board.fold_late, lambda board: [*board.facts, *board.late.facts]),
    "restate": (Board.restate, lambda board: board.facts[1:]),
    "hide": (Board.hide, lambda board: board.facts[1:2]),
}


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("what", list(DONE))
@pytest.mark.parametrize("share", [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
def test_what_is_refused_while_a_slot_moves_can_be_done_again_and_is_right_then(
    moved: RedisCluster, stage: str, policy: Policy, what: str, share: float
) -> None:
    board, (act, left) = Board(moved, stage, policy), DONE[what]
    board.slot.begin()
    keys = board.slot.keys()
    board.slot.move(keys[: round(len(keys) * share)])
    with suppress(UnavailableError):
        act(board)
    board.slot.finish()
    act(board)
    board.shows(left(board))
