"""Boards on the real server. Every test has a stage of its own, so none sees another's keys."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest
import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import RedisStandings
from ledgerboard_dev.cluster import ClusterNode, running_cluster
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.first_generation import FirstGeneration


@pytest.fixture(scope="session")
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def stage() -> str:
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture
def boards(client: redis.Redis, stage: str) -> FirstGeneration:
    return FirstGeneration(client, stage)


@pytest.fixture
def standings(client: redis.Redis, stage: str) -> RedisStandings:
    return RedisStandings(client, stage)


@pytest.fixture(scope="session")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, guardian: Guardian, dev_settings: DevSettings
) -> Iterator[Sequence[ClusterNode]]:
    with running_cluster(tmp_path_factory.mktemp("cluster"), 3, guardian, dev_settings.redis) as nodes:
        yield nodes


@pytest.fixture
def cluster(nodes: Sequence[ClusterNode]) -> Iterator[RedisCluster]:
    client = make_redis(RedisSettings(url=nodes[0].url, cluster=True))
    assert isinstance(client, RedisCluster)
    yield client
    client.close()
