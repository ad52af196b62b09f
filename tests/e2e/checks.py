"""What must hold once the system is quiet: each 202 once in the ledger, and every view equal to the fold."""

import re
import time
from collections import Counter
from collections.abc import Callable

import urllib3

from tests.e2e.api import Api
from tests.e2e.season import Play, fold, key_of

PERIODS = ("all", "month", "week", "day")


def wait_until(condition: Callable[[], bool], seconds: float, what: str, every_seconds: float = 0.1) -> None:
    """Poll ``condition`` until it holds. Fails with ``what`` at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(every_seconds)


def holds_messages(port: int) -> bool:
    """Whether the worker whose operations port this is has messages in hand, by its own metrics."""
    metrics = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics", retries=False).data.decode()
    held = re.findall(r"^stream_in_hand_messages(?:{[^}]*})? (\S+)$", metrics, re.MULTILINE)
    assert held, "the worker publishes how many messages it has in hand"
    return any(float(value) > 0 for value in held)


def ledger_of(api: Api, plays: list[Play]) -> Counter[str]:
    """How often each event stands in the ledger, over every player who played."""
    return Counter(row["event_id"] for player in {play.player for play in plays} for row in api.plays(player))


def board_differences(api: Api, plays: list[Play], orders: dict[str, str]) -> list[str]:
    """The views of ``orders``' boards that differ from the fold of ``plays``."""
    wrong = []
    for board, order in orders.items():
        for period in PERIODS:
            for key in {key_of(period, play.occurred_at) for play in plays if play.board == board}:
                query = {"period": period} if period == "all" else {"period": period, "key": key}
                shown = [(row["rank"], row["player"], row["score"]) for row in api.standings(board, **query)]
                if shown != fold(plays, board, order, period, key):
                    wrong.append(f"{board} {period} {key}")
    return wrong


def assert_exact(api: Api, plays: list[Play], orders: dict[str, str], seconds: float) -> None:
    """Wait until the ledger holds every play, then until the boards are equal to it. Nothing may stand twice."""
    events = {play.event_id for play in plays}
    assert len(events) == len(plays)
    wait_until(lambda: events <= ledger_of(api, plays).keys(), seconds, "every 202 is in the ledger")
    assert ledger_of(api, plays) == Counter(events)
    wait_until(lambda: not board_differences(api, plays, orders), seconds, "every board equals the fold of its 202s")
