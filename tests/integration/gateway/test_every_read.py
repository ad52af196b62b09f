"""Every read of a running gateway, over real Valkey and PostgreSQL, equals plain arithmetic on the plain fold."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import msgspec
import pytest
import redis

from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    WHOLE_BOARD,
    BoardDefinition,
    BoardOptions,
    Fact,
    Order,
    Period,
    Ranking,
    Standing,
    View,
    level_scope,
    session_scope,
    span_containing,
)
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.rankings import expected_standings
from tests.integration.gateway.processes import GatewayProcess, gateway_process, submissions_queue

NOW: Final = datetime.now(UTC)
PLAYERS: Final = [f"p{number}" for number in range(24)] + ["é|漢 x"]
_TIES: Final = [{"attribute": "lives"}, {"attribute": "shots", "order": "asc"}]
_SEASON: Final = {"key": "s1", "start": NOW - timedelta(days=9), "end": NOW + timedelta(days=9)}
_MORE: Final[dict[str, Any]] = {"time_zone": "Pacific/Auckland", "seasons": [_SEASON], "level_total_view": True}
BOARDS: Final[dict[str, dict[str, Any]]] = {
    "best": {"ties": _TIES, **_MORE},
    "laps": {"order": "asc", **_MORE},
    "latest": {"policy": "latest", **_MORE},
    "total": {"policy": "total", **_MORE},
    "plays": {"policy": "plays", "ties": _TIES, **_MORE},
}
VIEWS: Final = [
    "", "period=day", "period=week", "period=month", "period=season&key=s1", "level=a", "level=a&period=day",
    "session=x%2By", "levels=total", "levels=total&period=season",
]  # fmt: skip


def play(chance: random.Random) -> Fact:
    return make_fact(
        chance.choice(PLAYERS),
        chance.choice([*range(6), 2**53 - 1, -(2**53)]),
        NOW - timedelta(days=chance.choice([0, 0, 0, 1, 40]), microseconds=chance.randrange(4)),
        level=chance.choice([None, "a", "b"]),
        session=chance.choice([None, "x+y"]),
        attributes={"lives": chance.randrange(2), "shots": chance.randrange(2)},
    )


FACTS: Final = [play(random.Random(seed)) for seed in range(220)]  # noqa: S311 -- repeatable, not secret


@pytest.fixture(scope="module")
def gateway(sqs_endpoint: str, redis_url: str, ledger_url: str) -> Iterator[GatewayProcess]:
    """A gateway with every board defined through it, and the same plays folded on each."""
    stage = f"test-{uuid4().hex[:12]}"
    submissions_queue(sqs_endpoint, stage)
    with gateway_process(sqs_endpoint, redis_url, ledger_url, stage) as gateway, redis.Redis.from_url(redis_url) as own:
        for board, body in BOARDS.items():
            assert gateway.request("PUT", f"/v1/boards/{board}", body)[0] == 201
            definition = BoardDefinition(board=board, version=1, options=options_of(board))
            FirstGeneration(own, stage).fold([(make_envelope(board, FACTS), definition)], NOW)
        yield gateway


def options_of(board: str) -> BoardOptions:
    return msgspec.convert(msgspec.to_builtins(BOARDS[board]), BoardOptions)


class Model:
    """A view as the plain fold has it."""

    def __init__(self, board: str, query: str) -> None:
        asked = dict(pair.split("=") for pair in query.split("&") if pair)
        self.options = options_of(board)
        period = Period(asked.get("period", "all"))
        span = ALL_TIME if period is Period.ALL else span_containing(period, NOW, self.options.calendar)
        scope = level_scope("a") if "level" in asked else session_scope("x+y") if "session" in asked else WHOLE_BOARD
        self.view = View(board, span, ALL_LEVELS if "levels" in asked else scope)
        self.rows = expected_standings(FACTS, self.options, self.view)

    def better(self, score: int) -> list[int]:
        sign = 1 if self.options.order is Order.DESC else -1
        return [row.score for row in self.rows if sign * row.score > sign * score]

    def shown(self, rows: Sequence[Standing], ranking: Ranking) -> list[Any]:
        told = []
        for row in rows:
            better = self.better(row.score)
            rank = {"ordinal": row.rank, "competition": len(better), "dense": len(set(better))}[ranking]
            told.append(replace(row, rank=rank, position=rank + 1))
        shown: list[Any] = msgspec.to_builtins(told)
        return shown

    def own(self, player: str) -> Standing | None:
        return next((row for row in self.rows if row.player == player), None)

    def window(self, rank: int, side: int, size: int) -> Sequence[Standing]:
        first = max(0, min(rank - side, len(self.rows) - size))
        return self.rows[first : first + size]


@pytest.fixture(params=VIEWS)
def query(request: pytest.FixtureRequest) -> str:
    asked: str = request.param
    return asked


@pytest.fixture(params=BOARDS)
def model(request: pytest.FixtureRequest, query: str) -> Model:
    return Model(request.param, query)


def test_every_read_of_every_view_equals_the_plain_fold(gateway: GatewayProcess, model: Model, query: str) -> None:
    def ask(path: str, more: str = "") -> Any:
        joined = "&".join(part for part in (query, more, f"ranking={ranking}") if part)
        status, told = gateway.request("GET", f"/v1/boards/{model.view.board}/{path}?{joined}")
        assert status == 200, (path, told)
        return told

    everyone = len(model.rows)
    for ranking in Ranking:
        assert ask("standings", "limit=100")["standings"] == model.shown(model.rows[:100], ranking)
        assert ask("standings", "start=3&limit=4")["standings"] == model.shown(model.rows[3:7], ranking)
        assert ask("standings/last", "limit=4")["standings"] == model.shown(model.rows[-4:], ranking)
        inside = [row for row in model.rows if 1 <= row.score <= 5]
        page = ask("standings/by-score", "min_score=1&max_score=5&offset=1&limit=7")
        assert page["standings"] == model.shown(inside[1:8], ranking)
        assert (page["matched"], page["total"]) == (len(inside), everyone)
        placed = [own for player in PLAYERS[::5] if (own := model.own(player))]
        for own in placed:
            check_player(model, own, ranking, ask)
        among = sorted(placed, key=lambda row: row.rank)
        listed = ask("standings/lookup", "&".join(f"player={quote(player)}" for player in [*PLAYERS[::5], "nobody"]))
        assert [
            {name: row[name] for name in row if not name.startswith("list")} for row in listed["standings"]
        ] == model.shown(among, ranking)
        assert set(listed["missing"]) == {"nobody", *PLAYERS[::5]} - {row.player for row in placed}
        around = ask("scores/3/neighbours", "n=3")
        rank = everyone - len([row for row in model.rows if is_worse(model, row)])
        assert around["standings"] == model.shown(model.window(rank, 3, 6), ranking)
        hypothetical = ask("scores/3/rank", "player=newcomer")
        better = model.better(3)
        ranks = {"ordinal": rank, "competition": len(better), "dense": len(set(better))}
        assert (hypothetical["rank"], hypothetical["better"], hypothetical["total"]) == (
            ranks[ranking], len(better), everyone + 1,
        )  # fmt: skip


def is_worse(model: Model, row: Standing) -> bool:
    return row.score < 3 if model.options.order is Order.DESC else row.score > 3


def check_player(model: Model, own: Standing, ranking: Ranking, ask: Any) -> None:
    path = f"players/{quote(own.player, safe='')}"
    told = ask(path)
    (expected,) = model.shown([own], ranking)
    assert {name: told[name] for name in expected} == expected
    better = len(model.better(own.score))
    assert (told["better"], told["total"]) == (better, len(model.rows))
    assert told["percentile"] == pytest.approx(100 * (len(model.rows) - better) / len(model.rows))
    around = ask(f"{path}/neighbours", "n=2")
    assert around["standings"] == model.shown(model.window(own.rank, 2, 5), ranking)
    assert around["standings"][around["centre"]] == expected


def test_one_players_standings_on_all_boards_equal_the_plain_fold(gateway: GatewayProcess, query: str) -> None:
    models = {board: Model(board, query) for board in BOARDS}
    for player in PLAYERS[::6]:
        asked = f"/v1/players/{quote(player, safe='')}/standings?boards={','.join(BOARDS)},nope&{query}"
        status, told = gateway.request("GET", asked)
        expected = [(board, own) for board, model in models.items() if (own := model.own(player))]
        assert status == 200, told
        assert [(row["board"], row["rank"], row["score"]) for row in told["standings"]] == [
            (board, own.rank, own.score) for board, own in expected
        ]
        assert set(told["missing"]) == {"nope", *BOARDS} - {board for board, _ in expected}


def test_counts_and_refusals_are_those_of_the_real_boards(gateway: GatewayProcess, model: Model, query: str) -> None:
    path = f"/v1/boards/{model.view.board}"
    assert gateway.request("GET", f"{path}/statistics?{query}")[1]["total"] == len(model.rows)
    assert gateway.request("GET", f"{path}/statistics?period=day&key=2026-01-01")[1]["total"] == 0
    assert gateway.request("GET", f"{path}/standings?period=season&key=nope")[0] == 404
