"""Where limits are tiny, 429 is met where the document has it, and nowhere else."""

from collections.abc import Iterator

import pytest
import redis
from sqlalchemy import Engine

from tests.integration.gateway.fuzz_scene import Scene, fuzzed_gateway
from tests.integration.gateway.fuzzing import Fuzz

TINY = {"PLAYER_RATE": "0.001", "PLAYER_BURST": "1", "ADDRESS_ATTEMPTS": "3"}
"""Three attempts: the scene itself takes two, to register and to log in."""


@pytest.fixture(scope="module")
def scene(sqs_endpoint: str, valkey: redis.Redis, redis_url: str, ledger_url: str, engine: Engine) -> Iterator[Scene]:
    with fuzzed_gateway(sqs_endpoint, valkey, (redis_url, ledger_url), engine, **TINY) as made:
        yield made


@pytest.mark.slow
def test_what_is_limited_says_so_as_documented(scene: Scene) -> None:
    fuzz = Fuzz(scene.url, scene.credentials["player"], scene.known)
    assert fuzz.findings() == []
    limited = {label for label, statuses in fuzz.statuses.items() if 429 in statuses}
    assert limited >= {"POST /login", "POST /users"}
    assert not any(label.startswith("GET ") for label in limited)
