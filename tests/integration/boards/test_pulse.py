"""A look tells who a primary is and which beat it remembers; a beat is taken of that server and of no other."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import Beat, Look, RedisPulse
from ledgerboard_dev.cluster import ClusterNode, add_replica, fail_over, running_cluster
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.polling import eventually
from tests.integration.boards.servers import Replicas

NOW = datetime.now(UTC)
FIRST, SECOND = Beat("first", None, NOW), Beat("second", "first", NOW + timedelta(seconds=1))


def look(pulse: RedisPulse) -> Look:
    (primary,) = pulse.primaries()
    return pulse.look(primary)


@pytest.fixture
def replicas(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[Replicas]:
    """Two servers that may copy each other. They are the test's to harm."""
    with Replicas(tmp_path, guardian, dev_settings) as replicas:
        yield replicas


def test_a_beat_is_remembered_with_the_one_before_it_and_its_moment(client: redis.Redis, stage: str) -> None:
    pulse = RedisPulse(client, stage)
    assert look(pulse).beat is None
    assert pulse.beat(look(pulse), FIRST)
    assert look(pulse).beat == FIRST
    assert pulse.beat(look(pulse), SECOND)
    assert look(pulse).beat == SECOND


def test_a_beat_takes_the_place_of_the_one_that_was_looked_at_and_of_no_other(client: redis.Redis, stage: str) -> None:
    pulse, other = RedisPulse(client, stage), RedisPulse(client, stage)
    nothing = look(pulse)
    assert other.beat(nothing, FIRST)
    assert not pulse.beat(nothing, SECOND)
    looked = look(pulse)
    client.delete(looked.key)
    assert not pulse.beat(looked, SECOND)
    assert look(pulse).beat is None


def test_what_no_watcher_wrote_is_no_beat(client: redis.Redis, stage: str) -> None:
    pulse = RedisPulse(client, stage)
    client.set(look(pulse).key, f"{'0' * 40} 1700000000000000")
    assert look(pulse).beat is None
    assert pulse.beat(look(pulse), FIRST)


def test_stages_have_beats_of_their_own(client: redis.Redis, stage: str) -> None:
    pulse = RedisPulse(client, stage)
    pulse.beat(look(pulse), FIRST)
    assert look(RedisPulse(client, f"{stage}x")).beat is None


def test_a_look_tells_what_the_server_says_of_itself(client: redis.Redis, stage: str) -> None:
    looked, told = look(RedisPulse(client, stage)), client.info()
    assert (looked.identity.run_id, looked.identity.replication_id) == (str(told["run_id"]), str(told["master_replid"]))
    assert not looked.was_replica
    assert looked.up_for <= timedelta(seconds=told["uptime_in_seconds"])
    assert (looked.evicted_keys, looked.memory.most, looked.memory.policy) == (0, 0, "noeviction")
    assert looked.memory.used > 100_000


def test_no_beat_is_taken_of_a_server_that_was_restarted_since_the_look(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    with (
        EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        pulse = RedisPulse(client, "test")
        assert pulse.beat(look(pulse), FIRST)
        looked = look(pulse)
        server.stop()
        server.start()
        assert look(pulse).value == looked.value
        assert look(pulse).identity.run_id != looked.identity.run_id
        assert not pulse.beat(looked, SECOND)
        assert pulse.beat(look(pulse), SECOND)


class Interposed:
    """A client after whose first command something happens."""

    def __init__(self, client: redis.Redis, happens: Callable[[], None]) -> None:
        self._client = client
        self._happens = happens
        self.commands = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            answer = getattr(self._client, name)(*arguments)
            self.commands += 1
            if self.commands == 1:
                self._happens()
            return answer

        return call


def test_a_restart_in_the_middle_of_a_look_is_before_or_after_all_of_it(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    with (
        EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        pulse = RedisPulse(client, "test")
        assert pulse.beat(look(pulse), FIRST)
        before = look(pulse)

        def restart() -> None:
            pulse.beat(look(pulse), SECOND)
            server.stop()
            server.start()

        (primary,) = pulse.primaries()
        interposed: Any = Interposed(primary.primary, restart)
        looked = pulse.look(replace(primary, primary=interposed))
        assert interposed.commands == 1
        assert (looked.identity, looked.beat) == (before.identity, before.beat)
        after = look(pulse)
        assert after.beat == SECOND
        assert after.identity != before.identity


def test_no_beat_is_taken_of_a_server_that_was_a_replica_since_the_look(replicas: Replicas) -> None:
    first, second = replicas.clients
    pulse = RedisPulse(first, "test")
    pulse.beat(look(pulse), FIRST)
    looked = look(pulse)
    replicas.follow(second, first)
    replicas.promote(second)
    replicas.follow(first, second)
    with pytest.raises(UnavailableError, match="replica"):
        look(pulse)
    replicas.promote(first)
    again = look(pulse)
    assert (again.value, again.identity.run_id) == (looked.value, looked.identity.run_id)
    assert again.identity.replication_id != looked.identity.replication_id
    assert again.was_replica
    assert not pulse.beat(looked, SECOND)
    assert pulse.beat(again, SECOND)


def test_a_full_server_takes_a_beat(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> None:
    with (
        EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        pulse = RedisPulse(client, "test")
        client.config_set("maxmemory", 1)
        with pytest.raises(redis.OutOfMemoryError):
            client.set("more", "of it")
        assert pulse.beat(look(pulse), FIRST)
        assert look(pulse).beat == FIRST


def test_a_replica_that_took_its_primarys_place_is_looked_at_instead(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    with (
        running_cluster(tmp_path / "cluster", 3, guardian, dev_settings.redis) as nodes,
        ClusterNode(
            tmp_path / "replica",
            guardian=guardian,
            choice=dev_settings.redis,
            durable=False,
            password=nodes[0].password,
        ) as replica,
        redis.Redis.from_url(nodes[0].url) as first,
    ):
        add_replica(nodes, replica, first)
        cluster = make_redis(RedisSettings(url=nodes[1].url, cluster=True))
        pulse = RedisPulse(cluster, "test")
        before = looks(pulse)
        assert all(pulse.beat(each, FIRST) for each in before)
        fail_over(replica)
        eventually(lambda: len(looks(pulse)) == 3 and names(pulse) != {each.primary for each in before}, what="looks")
        assert f"127.0.0.1:{replica.port}" in names(pulse)
        promoted = [each for each in looks(pulse) if each.was_replica]
        assert [(each.primary, each.beat) for each in promoted] == [(f"127.0.0.1:{replica.port}", FIRST)]
        cluster.close()


def looks(pulse: RedisPulse) -> list[Look]:
    """Those that did not fail."""
    found = list[Look]()
    for primary in pulse.primaries():
        with suppress(UnavailableError):
            found.append(pulse.look(primary))
    return found


def names(pulse: RedisPulse) -> set[str]:
    return {each.primary for each in looks(pulse)}


def test_every_primary_of_a_cluster_has_a_beat_and_each_board_one_primary(cluster: RedisCluster, stage: str) -> None:
    pulse = RedisPulse(cluster, stage)
    looks = [pulse.look(primary) for primary in pulse.primaries()]
    assert len({each.primary for each in looks}) == len({each.identity.run_id for each in looks}) == 3
    assert all(pulse.beat(each, FIRST) for each in looks)
    assert [pulse.look(primary).beat for primary in pulse.primaries()] == [FIRST] * 3
    held = [[pulse.holds(each, f"board-{number}") for each in looks] for number in range(30)]
    assert all(sum(each) == 1 for each in held)
    assert all(map(any, zip(*held, strict=True)))
