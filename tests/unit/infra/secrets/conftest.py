import pytest

from tests.unit.infra.secrets.stores import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()
