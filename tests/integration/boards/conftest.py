"""Boards on the real server. Every test has a stage of its own, so none sees another's keys."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis

from ledgerboard_boards import RedisBoards, RedisStandings


@pytest.fixture(scope="session")
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def stage() -> str:
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture
def boards(client: redis.Redis, stage: str) -> RedisBoards:
    return RedisBoards(client, stage)


@pytest.fixture
def standings(client: redis.Redis, stage: str) -> RedisStandings:
    return RedisStandings(client, stage)
