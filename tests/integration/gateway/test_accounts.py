"""Accounts while the identity provider hangs: everybody is answered soon, and few threads wait."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from ledgerboard_gateway.accounts import Accounts
from ledgerboard_infra.cognito import CognitoUsers, Pool, cognito_client
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import AwsSettings, CognitoSettings, from_env
from ledgerboard_testkit.memory import MemoryLedger

CALL_SECONDS: Final = 1.0
SLACK_SECONDS: Final = 2.0
CALLS: Final = 4


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    """At a provider that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        settings = from_env(
            CognitoSettings,
            {
                "LEDGERBOARD_COGNITO_POOL_NAME": "games",
                "LEDGERBOARD_COGNITO_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
                "LEDGERBOARD_COGNITO_CALL_SECONDS": str(CALL_SECONDS),
            },
        )
        users = CognitoUsers(cognito_client(AwsSettings(), settings), Pool("us-east-1_x", "client"))
        yield Accounts(users, MemoryLedger(), "players", auto_confirm=True, calls=CALLS)


def waited_seconds(accounts: Accounts) -> float:
    started = time.monotonic()
    with pytest.raises(UnavailableError):
        accounts.log_in("ada", "Sup3r-planted-word")
    return time.monotonic() - started


def test_a_provider_that_hangs_costs_a_bounded_wait_and_then_none(accounts: Accounts) -> None:
    assert waited_seconds(accounts) < CALL_SECONDS + SLACK_SECONDS
    assert waited_seconds(accounts) < CALL_SECONDS / 2, "it was just seen to hang"


def test_of_many_requests_few_wait_for_a_provider_that_hangs(accounts: Accounts) -> None:
    together = threading.Barrier(4 * CALLS)

    def ask(_: int) -> float:
        together.wait(timeout=10)
        return waited_seconds(accounts)

    with ThreadPoolExecutor(4 * CALLS) as pool:
        waits = list(pool.map(ask, range(4 * CALLS)))
    assert sum(seconds > CALL_SECONDS / 4 for seconds in waits) <= CALLS
    assert max(waits) < CALL_SECONDS + SLACK_SECONDS
