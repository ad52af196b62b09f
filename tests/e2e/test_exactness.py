"""The promise, end to end: a score that got 202 is in the ledger once, and the boards are its fold."""

import pytest

from ledgerboard_dev.stack import Stack
from tests.e2e.api import Api
from tests.e2e.checks import assert_exact
from tests.e2e.season import submit_season

WORKERS = ("ingest", "ranker", "history")


@pytest.mark.timeout(300)
def test_ten_thousand_scores_on_twenty_boards_are_each_recorded_once_and_ranked_exactly(
    api: Api, orders: dict[str, str]
) -> None:
    plays = submit_season(api, list(orders), count=10_000, seed=1)
    assert len(plays) == 10_000
    assert_exact(api, plays, orders, seconds=120)


@pytest.mark.timeout(300)
def test_scores_accepted_while_every_worker_is_stopped_count_once_the_workers_are_back(
    stack: Stack, api: Api, orders: dict[str, str]
) -> None:
    for worker in WORKERS:
        stack.stop(worker)
    plays = submit_season(api, list(orders), count=2_000, seed=2)
    assert all(api.standings(board) == [] for board in orders)
    for worker in WORKERS:
        stack.start(worker)
    assert_exact(api, plays, orders, seconds=120)
