from collections.abc import Iterator

import pytest

from tests.unit.gateway.gateways import MemoryGateway, running


@pytest.fixture
def gateway() -> Iterator[MemoryGateway]:
    with running() as made:
        yield made
