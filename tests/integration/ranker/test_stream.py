"""From the queue to the boards, and a clean end."""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import ALL_TIME, BoardOptions, FactsMessage, Order, StandingsPage, View, wire
from ledgerboard_testkit.plays import best_standings, make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue

NOW = datetime.now(UTC)
ORDERS = {"chess": Order.DESC, "race": Order.ASC}


def page(redis_url: str, stage: str, board: str) -> StandingsPage:
    with redis.Redis.from_url(redis_url) as client:
        return RedisStandings(client, stage).page(View(board, ALL_TIME), BoardOptions(order=ORDERS[board]), 0, 1000)


def ask(environment: Mapping[str, str], path: str) -> str:
    """What the ops server says, or nothing while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['LEDGERBOARD_OPS_PORT']}{path}", timeout=5) as got:
            answer: bytes = got.read()
            return answer.decode()
    except (urllib.error.URLError, ConnectionError):
        return ""


def test_facts_reach_the_boards_garbage_the_dead_letters_and_sigterm_an_end(
    ranker: subprocess.Popen[bytes],
    environment: Mapping[str, str],
    queue: RealQueue,
    redis_url: str,
    stage: str,
) -> None:
    facts = [make_fact(f"player-{i % 7}", i * 31 % 50, NOW) for i in range(60)]
    envelopes = [make_envelope(board, facts[first::6]) for board in ORDERS for first in range(6)]
    bodies = [wire.encode(FactsMessage(envelopes=(each,))) for each in envelopes]
    undefined = wire.encode(FactsMessage(envelopes=(make_envelope("chess", facts, board_version=9),)))
    queue.send(*bodies, "garbage", *bodies, undefined)
    eventually(lambda: "ready" in ask(environment, "/readyz"), within_seconds=30, what="readiness")
    eventually(queue.is_empty, within_seconds=30, what="an empty queue")
    for board, order in ORDERS.items():
        assert page(redis_url, stage, board).standings == best_standings(facts, order, ALL_TIME)
    reasons = {body: attributes["reason"] for body, attributes in queue.dead_letters().items()}
    assert set(reasons) == {"garbage", undefined}
    assert "board 'chess' has no version 9" in reasons[undefined]
    ready: dict[str, Any] = json.loads(ask(environment, "/readyz"))
    names = ("redis", "maxmemory-policy", "rank", "postgres", "clocks")
    assert ready == {"status": "ready", "checks": dict.fromkeys(names, "ok")}
    metrics = ask(environment, "/metrics")
    assert 'ranker_envelopes_total{outcome="undefined"} 2.0' in metrics
    assert "score_visible_lag_seconds_count 240.0" in metrics
    ranker.send_signal(signal.SIGTERM)
    assert ranker.wait(timeout=30) == 0
