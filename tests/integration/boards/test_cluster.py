"""Three primaries answer exactly as one server does, whatever each of them has lost or handed over."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, BoardDefinition, BoardOptions, FactEnvelope, Policy, Ranking, View
from ledgerboard_dev.cluster import ClusterNode, running_cluster
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis, primaries
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.polling import eventually

NOW = datetime.now(UTC)
BOARDS = [f"board-{number}" for number in range(24)]
OPTIONS = {board: BoardOptions(policy=list(Policy)[place % 4]) for place, board in enumerate(BOARDS)}

NEWCOMER = make_fact("newcomer", 3, NOW)


def season() -> list[tuple[FactEnvelope, BoardDefinition]]:
    """Two envelopes a board: plays of ten players, with equal scores among them."""
    batch = []
    for place, (board, options) in enumerate(OPTIONS.items()):
        definition = BoardDefinition(board=board, version=1, options=options)
        for step in range(2):
            facts = [
                make_fact(f"player-{i}", (i * 7 + step + place) % 5, NOW - timedelta(seconds=i)) for i in range(10)
            ]
            batch.append((make_envelope(board, facts), definition))
    return batch


def everything(standings: RedisStandings) -> Any:
    """The answer to every kind of read of every board."""
    answers: list[Any] = []
    for board, options in OPTIONS.items():
        view, player = View(board, ALL_TIME), "player-3"
        for ranking in Ranking:
            answers += [
                standings.page(view, options, 0, 99, ranking),
                standings.last(view, options, 3, ranking),
                standings.by_score(view, options, (1, 3), 1, 4, ranking),
                standings.around_player(view, options, player, 2, ranking),
                standings.around_score(view, options, 2, 2, ranking),
                standings.placing(view, options, player, ranking),
                standings.listed(view, options, [player, "player-8", "nobody"], ranking),
                standings.hypothetical(view, options, NEWCOMER, ranking),
            ]
        top = standings.top(view, options)
        answers += [top.body, top.total, type(standings.top_since(view, options, top.version))]
    answers.append(standings.standings_of("player-3", [(View(board, ALL_TIME), OPTIONS[board]) for board in BOARDS]))
    return answers


def test_every_fold_and_every_read_is_that_of_one_server(
    client: redis.Redis, cluster: RedisCluster, stage: str
) -> None:
    batch = season()
    alone, together = FirstGeneration(client, stage), FirstGeneration(cluster, stage)
    assert together.fold(batch, NOW) == alone.fold(batch, NOW)
    assert together.fold(batch[::-1], NOW) == alone.fold(batch[::-1], NOW)
    assert everything(RedisStandings(cluster, stage)) == everything(RedisStandings(client, stage))
    assert all(server.dbsize() for server in primaries(cluster)), "some primary has no board, so nothing was proved"


@pytest.mark.parametrize("emptied", range(3))
def test_a_primary_emptied_of_functions_is_given_them_again(
    client: redis.Redis, cluster: RedisCluster, stage: str, emptied: int
) -> None:
    batch = season()
    FirstGeneration(client, stage).fold(batch, NOW)
    primaries(cluster)[emptied].function_flush()
    FirstGeneration(cluster, stage).fold(batch, NOW)
    primaries(cluster)[emptied].function_flush()
    assert everything(RedisStandings(cluster, stage)) == everything(RedisStandings(client, stage))
    for server in primaries(cluster):
        assert server.function_list()


def test_a_slot_that_was_handed_over_is_followed(
    nodes: Sequence[ClusterNode], cluster: RedisCluster, stage: str
) -> None:
    view, options = View("moving", ALL_TIME), BoardOptions()
    definition = BoardDefinition(board="moving", version=1, options=options)
    boards, standings = FirstGeneration(cluster, stage), RedisStandings(cluster, stage)
    assert standings.page(View("moving", ALL_TIME, generation=0), options, 0, 9).total == 0
    hand_over(nodes, cluster, Keyspace(stage).of(view).entries)
    envelopes = [(make_envelope("moving", [make_fact(f"p-{i}", i, NOW)]), definition) for i in range(3)]
    assert [result.entries_changed for result in boards.fold(envelopes, NOW)] == [4] * 3
    assert standings.page(view, options, 0, 9).total == 3


def hand_over(nodes: Sequence[ClusterNode], cluster: RedisCluster, key: bytes) -> None:
    """Give the empty slot of ``key`` to another primary, without telling our client."""
    slot = cluster.keyslot(key)  # type: ignore[no-untyped-call]
    owner = cluster.get_node_from_key(key)  # type: ignore[no-untyped-call]
    taker = next(node for node in nodes if node.port != owner.port)
    order = sorted(nodes, key=lambda node: node.port != taker.port)  # The taker must know of it first.
    with redis.Redis.from_url(taker.url) as client:
        identity = client.execute_command("CLUSTER MYID")
    for node in order:
        with redis.Redis.from_url(node.url) as client:
            client.execute_command("CLUSTER SETSLOT", slot, "NODE", identity)


def test_a_cluster_without_one_of_its_primaries_is_unavailable_for_its_boards_only_until_it_is_back(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    with running_cluster(tmp_path, 3, guardian, dev_settings.redis) as nodes:
        client = make_redis(RedisSettings(url=nodes[0].url, cluster=True, timeout_seconds=1))
        boards, standings = FirstGeneration(client, "dev"), RedisStandings(client, "dev")
        batch = season()
        boards.fold(batch, NOW)
        before = everything(standings)
        nodes[1].kill()
        with pytest.raises(UnavailableError):
            boards.fold(batch, NOW)
        with pytest.raises(UnavailableError):
            everything(standings)
        nodes[1].start()
        eventually_folds(boards, batch)
        assert everything(standings) == before
        client.close()


def eventually_folds(boards: FirstGeneration, batch: Sequence[tuple[FactEnvelope, BoardDefinition]]) -> None:
    def folds() -> bool:
        try:
            boards.fold(batch, NOW)
        except UnavailableError:
            return False
        return True

    eventually(folds, what="a fold on the whole cluster again")


def test_a_cluster_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        make_redis(RedisSettings(url="redis://127.0.0.1:1", cluster=True))
