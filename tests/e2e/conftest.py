"""One whole local stack for the black-box tests: real servers, real processes, nothing in this process but HTTP."""

import itertools
from collections.abc import Iterator

import pytest

from ledgerboard_dev.stack import Stack, StackOptions
from tests.e2e.api import Api

_seasons = itertools.count(1)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = StackOptions(
        environment={"LEDGERBOARD_READ_RATE": "0"}
    )  # The tests read for everybody, from one address.
    with Stack(tmp_path_factory.mktemp("stack"), options) as running:
        yield running


@pytest.fixture(scope="session")
def api(stack: Stack) -> Api:
    return Api(stack.gateway_url, stack.admin_key)


@pytest.fixture
def orders(api: Api) -> dict[str, str]:
    """Twenty fresh boards, half of them on which less is better."""
    season = next(_seasons)
    chosen = {f"season{season}-{number:02}": ("asc" if number % 2 else "desc") for number in range(20)}
    for board, order in chosen.items():
        assert api.send("PUT", f"/v1/boards/{board}", {"order": order}).status == 201
    return chosen
