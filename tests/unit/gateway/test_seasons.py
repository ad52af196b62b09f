"""What is told of seasons: closed ones for ever, others by the clock."""

from datetime import timedelta

from ledgerboard_contracts import BoardOptions, Season
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

DAY = timedelta(days=1)


def _season(key: str, start: timedelta, end: timedelta) -> Season:
    return Season(key=key, start=NOON + start, end=NOON + end)


def test_seasons_are_told_by_their_end_with_where_they_are(gateway: MemoryGateway) -> None:
    seasons = (
        _season("later", DAY, 3 * DAY), _season("now", -DAY, DAY), _season("over", -9 * DAY, -DAY),
        _season("done", -9 * DAY, timedelta()),
    )  # fmt: skip
    gateway.record.define("race", BoardOptions(seasons=seasons))
    gateway.closed.finals.close("race", "done", "ada")
    gateway.closed.finals.close("race", "gone")
    told = gateway.get("/v1/boards/race/seasons").get_json()["seasons"]
    assert [(each["key"], each["state"], each["entries"]) for each in told] == [
        ("over", "settling", None), ("done", "closed", 1), ("gone", "closed", 0), ("now", "running", None),
        ("later", "upcoming", None),
    ]  # fmt: skip


def test_final_places_are_paged_by_next_until_there_are_no_more(gateway: MemoryGateway) -> None:
    players = ["ada", "bob", "eve", "joe", "kim"]
    gateway.closed.finals.close("race", "autumn", *players)
    found, path = [], "/v1/boards/race/seasons/autumn/standings?limit=2"
    while path:
        answer = gateway.get(path).get_json()
        found += [(row["rank"], row["position"], row["player"]) for row in answer["standings"]]
        path = answer["next"]
    assert found == [(rank, rank + 1, player) for rank, player in enumerate(players)]
    assert answer["season"]["state"] == "closed"


def test_a_players_final_place_is_told_or_that_there_is_none(gateway: MemoryGateway) -> None:
    gateway.closed.finals.close("race", "autumn", "ada", "bob")
    assert gateway.get("/v1/boards/race/seasons/autumn/players/bob").get_json()["standing"]["rank"] == 1
    missing = gateway.get("/v1/boards/race/seasons/autumn/players/eve")
    assert (missing.status_code, missing.get_json(force=True)["type"]) == (404, "/docs/problems/unknown-player")


def test_what_is_not_closed_is_told_apart_from_what_is_not_there(gateway: MemoryGateway) -> None:
    gateway.record.define("race", BoardOptions(seasons=(_season("now", -DAY, DAY),)))
    for path, kind, words in (
        ("/v1/boards/race/seasons/now/standings", "unknown-view", "has not closed yet"),
        ("/v1/boards/race/seasons/nope/players/ada", "unknown-view", "does not name a season"),
        ("/v1/boards/nope/seasons/now/standings", "unknown-board", "nope"),
        ("/v1/boards/nope/seasons", "unknown-board", "nope"),
    ):
        answer = gateway.get(path)
        told = answer.get_json(force=True)
        assert (answer.status_code, told["type"]) == (404, f"/docs/problems/{kind}"), path
        assert words in told["detail"]
