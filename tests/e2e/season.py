"""What the tests submit, and the brute-force fold of what was accepted, written from the published rules alone."""

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.api import Api


@dataclass(frozen=True)
class Play:
    """One accepted score, as its 202 described it."""

    event_id: str
    board: str
    player: str
    score: int
    occurred_at: datetime


def submit_season(api: Api, boards: list[str], count: int, seed: int, bulk_share: float = 0.8) -> list[Play]:
    """Submit ``count`` scores over 16 connections, some singly, the rest in bulk. Returns every play that got 202."""
    dice = random.Random(seed)  # noqa: S311 -- a repeatable season, no secret
    players = [f"player {seed}.{number} é|" for number in range(max(count // 50, 5))]
    wanted = [
        {"board": dice.choice(boards), "player": dice.choice(players), "score": dice.randint(-500, 500)}
        for _ in range(count)
    ]
    singles = wanted[int(count * bulk_share) :]
    bulks = [wanted[at : at + 250] for at in range(0, count - len(singles), 250)]
    with ThreadPoolExecutor(16) as pool:
        plays = list(pool.map(lambda item: _single(api, item), singles))
        for some in pool.map(lambda items: _bulk(api, items), bulks):
            plays += some
    return plays


def _single(api: Api, item: dict[str, Any]) -> Play:
    answer = api.submit(item["board"], item["player"], item["score"])
    assert answer.status == 202, answer
    return _play(answer.body)


def _bulk(api: Api, items: list[dict[str, Any]]) -> list[Play]:
    answer = api.submit_many(items)
    assert answer.status == 202, answer
    assert [result["status"] for result in answer.body["results"]] == ["accepted"] * len(items)
    return [_play({**item, **result}) for item, result in zip(items, answer.body["results"], strict=True)]


def _play(body: dict[str, Any]) -> Play:
    moment = datetime.fromisoformat(body["occurred_at"])
    return Play(body["event_id"], body["board"], body["player"], body["score"], moment)


def fold(plays: Iterable[Play], board: str, order: str, period: str, key: str) -> list[tuple[int, str, int]]:
    """Best play of each player of ``board`` in one period, as (rank, player, score): earlier first among equals."""
    sign = -1 if order == "desc" else 1
    best: dict[str, tuple[int, datetime, str]] = {}
    for play in plays:
        if play.board == board and key_of(period, play.occurred_at) == key:
            entry = (sign * play.score, play.occurred_at, play.player)
            best[play.player] = min(entry, best.get(play.player, entry))
    ranked = sorted(best.values(), key=lambda entry: (entry[0], entry[1], entry[2].encode()))
    return [(rank, player, sign * key_) for rank, (key_, _, player) in enumerate(ranked)]


def key_of(period: str, when: datetime) -> str:
    """The key of the UTC period that contains ``when``."""
    day = when.astimezone(UTC).date()
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return f"{monday.isocalendar().year}-W{monday.isocalendar().week:02}"
    return {"all": "all", "month": f"{day:%Y-%m}", "day": f"{day:%Y-%m-%d}"}[period]
