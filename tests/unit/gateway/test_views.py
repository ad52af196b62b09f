"""Which view of a board is meant, and what is said of one that it does not keep."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ledgerboard_contracts import BoardOptions, Season
from ledgerboard_testkit.events import fact
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

STANDINGS = "/v1/boards/race/standings"
SPRING = Season(key="spring", start=NOON - timedelta(days=200), end=NOON - timedelta(days=100))
AUTUMN = Season(key="autumn", start=NOON - timedelta(days=50), end=NOON + timedelta(days=50))


@pytest.fixture
def race(gateway: MemoryGateway) -> MemoryGateway:
    """A board with two seasons, three levels' worth of plays and two sessions."""
    gateway.record.define("race", BoardOptions(seasons=(SPRING, AUTUMN), level_total_view=True))
    gateway.boards.add(
        "race",
        fact("ada", 5, level="1", session="s/1"),
        fact("ada", 7, level="2"),
        fact("bob", 9, level="1", session="s2"),
        fact("eve", 99, at=SPRING.start, level="3"),
    )
    return gateway


def told(gateway: MemoryGateway, query: str, path: str = STANDINGS) -> Any:
    answer = gateway.get(f"{path}?{query}")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def rows(answer: Any) -> dict[str, int]:
    return {row["player"]: row["score"] for row in answer["standings"]}


@pytest.mark.parametrize(
    ("query", "expected", "head"),
    [
        ("", {"eve": 99, "bob": 9, "ada": 7}, {"period": "all", "key": "all"}),
        ("level=1", {"bob": 9, "ada": 5}, {"period": "all", "key": "all", "level": "1"}),
        ("level=1&period=day", {"bob": 9, "ada": 5}, {"period": "day", "key": "2026-11-21", "level": "1"}),
        ("level=4", {}, {"period": "all", "key": "all", "level": "4"}),
        ("session=s2", {"bob": 9}, {"period": "all", "key": "all", "session": "s2"}),
        ("levels=total&period=month", {"ada": 12, "bob": 9}, {"period": "month", "key": "2026-11", "levels": "total"}),
        ("period=season", {"bob": 9, "ada": 7}, {"period": "season", "key": "autumn"}),
        ("period=season&key=spring", {"eve": 99}, {"period": "season", "key": "spring"}),
        ("period=season&levels=total", {"ada": 12, "bob": 9}, {"period": "season", "key": "autumn", "levels": "total"}),
    ],
)  # fmt: skip
def test_a_view_is_told_in_the_words_in_which_it_is_asked_for(
    race: MemoryGateway, query: str, expected: dict[str, int], head: dict[str, str]
) -> None:
    page, top = told(race, query), told(race, f"{query}&limit=100")
    assert rows(page) == expected
    assert top == page
    names = ("period", "key", "level", "session", "levels")
    assert {name: page[name] for name in names if name in page} == head


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("level=1&session=s2", "session"), ("level=1&levels=total", "levels"), ("session=s2&levels=total", "levels"),
        ("levels=best", "levels"), ("level=", "level"), ("level=a%2Fb", "level"), ("level=" + "x" * 33, "level"),
        ("session=", "session"), ("session=%07", "session"), ("session=s2&period=day", "period"),
        ("ranking=fair", "ranking"), ("period=day&key=season:autumn", "key"),
    ],
)  # fmt: skip
def test_words_that_name_no_view_are_refused_naming_the_parameter(race: MemoryGateway, query: str, field: str) -> None:
    for path in (STANDINGS, f"{STANDINGS}/last", f"{STANDINGS}/by-score"):
        answer = race.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert field in {error["field"] for error in answer.get_json()["errors"]}


@pytest.mark.parametrize("key", ["winter", "season:autumn", "AUTUMN", "a b", ""])
def test_a_season_that_the_board_has_not_is_not_found(race: MemoryGateway, key: str) -> None:
    answer = race.get(f"{STANDINGS}?period=season&key={key}")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/docs/problems/unknown-view")
    assert "spring, autumn" in answer.get_json()["detail"]


def test_between_seasons_there_is_no_current_one(race: MemoryGateway) -> None:
    race.clock.advance(timedelta(days=60))
    answer = race.get(f"{STANDINGS}?period=season")
    assert (answer.status_code, answer.get_json()["detail"]) == (404, "race: no season is on.")


@pytest.mark.parametrize("query", ["level=1", "session=s2", "levels=total"])
def test_what_a_board_does_not_rank_is_not_found_instead_of_empty(gateway: MemoryGateway, query: str) -> None:
    gateway.record.define("plain", BoardOptions(level_views=False, session_views=False))
    for path in ("standings", "players/ada", "statistics", "scores/1/rank"):
        answer = gateway.get(f"/v1/boards/plain/{path}?{query}")
        assert (answer.status_code, answer.get_json()["type"]) == (404, "/docs/problems/unknown-view"), path


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("Pacific/Auckland", "2026-11-21T11:30:00+00:00", "2026-11-22"),
        ("America/Los_Angeles", "2026-11-21T07:59:59+00:00", "2026-11-20"),
        ("America/Los_Angeles", "2026-11-21T08:00:00+00:00", "2026-11-21"),
        ("America/Havana", "2026-03-08T05:00:00+00:00", "2026-03-08"),
    ],
)
def test_the_current_day_is_that_of_the_boards_own_clocks(
    gateway: MemoryGateway, zone: str, now: str, day: str
) -> None:
    gateway.record.define("local", BoardOptions(time_zone=zone))
    gateway.clock.advance(datetime.fromisoformat(now) - gateway.clock.now())
    gateway.boards.add("local", fact("ada", 1, at=datetime.fromisoformat(now)))
    answer = told(gateway, "period=day", "/v1/boards/local/standings")
    assert (answer["key"], rows(answer)) == (day, {"ada": 1})
