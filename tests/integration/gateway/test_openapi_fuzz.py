"""Schemathesis over our own OpenAPI document: whoever asks and however, nothing breaks and nothing is undocumented.

Deterministic, and short: ``LEDGERBOARD_FUZZ_EXAMPLES=1000 pytest -n 0 --timeout 0`` of this file looks longer.
"""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
import redis
from sqlalchemy import Engine

from tests.inputs import INPUTS
from tests.integration.gateway.fuzz_scene import Scene, fuzzed_gateway
from tests.integration.gateway.fuzzing import Fuzz

CALLERS: Final = ("nobody", "player", "key", "root")


@pytest.fixture(scope="module")
def scene(sqs_endpoint: str, valkey: redis.Redis, redis_url: str, ledger_url: str, engine: Engine) -> Iterator[Scene]:
    with fuzzed_gateway(sqs_endpoint, valkey, (redis_url, ledger_url), engine) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("caller", CALLERS)
def test_everything_is_answered_as_documented(
    scene: Scene, caller: str, record_property: Callable[[str, object], None]
) -> None:
    fuzz = Fuzz(scene.url, scene.credentials[caller], scene.known)
    findings = fuzz.findings()
    record_property(INPUTS, fuzz.tried)
    assert findings == []
    met = set.union(*fuzz.statuses.values())
    assert 200 in met
    assert (403 in met) == (caller in {"player", "key"})
    assert 401 in met, "of logins, if of nothing else"
