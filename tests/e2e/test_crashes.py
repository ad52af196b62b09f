"""Workers are killed with signal 9 while they hold messages; nothing is lost and nothing counts twice."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from ledgerboard_dev.stack import Stack
from tests.e2e.api import Api
from tests.e2e.checks import assert_exact, holds_messages, wait_until
from tests.e2e.season import submit_season

WORKERS = ("ingest", "ranker", "history")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_killing_each_worker_with_messages_in_hand_loses_nothing_and_doubles_nothing(
    stack: Stack, api: Api, orders: dict[str, str]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        season = pool.submit(submit_season, api, list(orders), count=6_000, seed=3, bulk_share=0.5)
        for worker in WORKERS:
            port = stack.services[worker].port
            wait_until(partial(holds_messages, port), 60, f"{worker} holds messages", every_seconds=0.005)
            stack.kill(worker)
            stack.start(worker)
        plays = season.result()
    assert len(plays) == 6_000
    assert_exact(api, plays, orders, seconds=180)
