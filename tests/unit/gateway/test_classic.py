"""The classic routes: users, levels and days of the boards that the settings name."""

from datetime import timedelta
from typing import Any

import pytest

from ledgerboard_contracts import BoardOptions, Fact, Order, Policy
from ledgerboard_gateway.settings import ClassicBoards
from ledgerboard_infra.settings import SettingsError, from_env
from ledgerboard_testkit.events import fact
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway


@pytest.fixture
def played(gateway: MemoryGateway) -> MemoryGateway:
    """Games of two days on two levels."""
    gateway.record.define("games", BoardOptions(policy=Policy.PLAYS))
    gateway.record.define("games-by-level", BoardOptions())
    for player, score, level, days in (
        ("bob", 7, "1", 0), ("bob", 9, "1", 1), ("eve", 8, "1", 1), ("bob", 9, "2", 0), ("bob", 3, "1", 40),
    ):  # fmt: skip
        play(gateway, fact(player, score, level=level, at=NOON - timedelta(days=days)))
    return gateway


def play(gateway: MemoryGateway, made: Fact) -> None:
    gateway.ledger.add("games", made)
    gateway.boards.add("games", made)
    gateway.boards.add("games-by-level", made)


def rows(told: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["username"], row["score"]) for row in told]


def test_a_users_games_are_told_by_score_and_of_equal_ones_the_earlier_first(played: MemoryGateway) -> None:
    told = played.get("/users/bob?limit=3").get_json()["scores"]
    assert [(row["score"], row["level"]) for row in told] == [(9, "1"), (9, "2"), (7, "1")]
    assert set(told[0]) == {"game_id", "username", "gamedate", "score", "level"}
    assert told[0]["gamedate"] == "2026-11-20T12:00:00Z"
    assert played.get("/users/nobody").get_json() == {"username": "nobody", "scores": [], "next": None}


def test_where_less_is_more_the_least_score_is_the_best(gateway: MemoryGateway) -> None:
    gateway.record.define("games", BoardOptions(order=Order.ASC))
    for score in (3, 1, 2):
        gateway.ledger.add("games", fact("bob", score))
    assert [row["score"] for row in gateway.get("/users/bob").get_json()["scores"]] == [1, 2, 3]


def test_a_board_that_there_is_not_has_no_games(gateway: MemoryGateway) -> None:
    assert gateway.get("/users/bob").get_json()["scores"] == []
    assert gateway.get("/scores").status_code == 404


def test_all_games_of_a_user_on_a_level_are_told_newest_first_page_by_page(played: MemoryGateway) -> None:
    path: str | None = "/users/bob/levels/1/scores?limit=2"
    found: list[int] = []
    while path:
        told = played.get(path).get_json()
        found += [row["score"] for row in told["scores"]]
        path = told["next"]
    assert found == [7, 9, 3]


def test_the_best_of_a_level_are_those_of_the_board_of_levels(played: MemoryGateway) -> None:
    assert rows(played.get("/levels/1/scores").get_json()["scores"]) == [("bob", 9), ("eve", 8)]
    assert rows(played.get("/levels/1/scores?period=day").get_json()["scores"]) == [("bob", 7)]
    month = played.get("/levels/1/scores?period=month&key=2026-10").get_json()
    assert (rows(month["scores"]), month["key"]) == ([("bob", 3)], "2026-10")
    assert played.get("/levels/1/scores?period=week").status_code == 400


def test_the_scores_of_a_day_are_told_with_those_of_its_month_and_of_all_time(played: MemoryGateway) -> None:
    told = played.get("/scores/2026-11-20").get_json()
    assert rows(told["daily"]) == [("bob", 9), ("eve", 8)]
    assert rows(told["monthly"]) == [("bob", 9), ("bob", 9), ("eve", 8), ("bob", 7)]
    assert rows(told["overall"])[-1] == ("bob", 3)
    assert played.get("/scores/2026-11-19").get_json()["daily"] == []
    assert rows(played.get("/scores?limit=1").get_json()["daily"]) == [("bob", 9)]


def test_without_a_date_it_is_today(played: MemoryGateway) -> None:
    assert played.get("/scores").get_json() == played.get("/scores/2026-11-21").get_json()


@pytest.mark.parametrize("path", ["/scores/2026-13-01", "/scores/20261121", "/scores/today", "/scores/2026-W47-6"])
def test_what_is_no_day_is_refused(played: MemoryGateway, path: str) -> None:
    answer = played.get(path)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "date")


@pytest.mark.parametrize("limit", ["0", "101", "abc"])
@pytest.mark.parametrize("path", ["/users/bob", "/users/bob/levels/1/scores", "/levels/1/scores", "/scores"])
def test_a_limit_is_a_number_from_1_to_100(played: MemoryGateway, path: str, limit: str) -> None:
    assert played.get(f"{path}?limit={limit}").status_code == 400


def test_without_the_boards_the_ledger_answers_and_says_so(played: MemoryGateway) -> None:
    played.boards.available = False
    answer = played.get("/scores/2026-11-20")
    assert (answer.status_code, answer.headers["Ledgerboard-Source"]) == (200, "ledger")
    assert rows(answer.get_json()["daily"]) == [("bob", 9), ("eve", 8)]


def test_the_settings_name_boards() -> None:
    assert from_env(ClassicBoards, {"LEDGERBOARD_CLASSIC_SCORES_BOARD": "arcade"}).scores == "arcade"
    with pytest.raises(SettingsError, match="reserved"):
        from_env(ClassicBoards, {"LEDGERBOARD_CLASSIC_LEVELS_BOARD": "levels"})
