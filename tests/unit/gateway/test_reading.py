"""What the live boards and the ledger are answered as."""

from datetime import timedelta

import pytest

from ledgerboard_contracts import DEFAULT_OPTIONS
from ledgerboard_ledger import Rejected
from ledgerboard_testkit.events import fact, rejection
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway


@pytest.fixture
def race(gateway: MemoryGateway) -> MemoryGateway:
    """A board of 150 players, the first of whom has the most."""
    gateway.record.define("race", DEFAULT_OPTIONS)
    for number in range(150):
        played = fact(f"p{number:03}", 1000 - number, at=NOON + timedelta(seconds=number))
        gateway.boards.add("race", played)
        gateway.ledger.add("race", played)
    return gateway


def names(rows: list[dict[str, str]], key: str = "player") -> list[str]:
    return [row[key] for row in rows]


def test_a_page_tells_ranks_from_0_and_positions_from_1(race: MemoryGateway) -> None:
    told = race.get("/v1/boards/race/standings?start=1&limit=2").get_json()
    assert {key: told[key] for key in ("board", "period", "key", "total")} == {
        "board": "race", "period": "all", "key": "all", "total": 150,
    }  # fmt: skip
    assert told["standings"][0] == {
        "rank": 1, "position": 2, "player": "p001", "score": 999, "achieved_at": "2026-11-21T12:00:01Z",
    }  # fmt: skip


def test_a_page_has_20_rows_unless_told_otherwise_and_the_rendered_top_reads_the_same(race: MemoryGateway) -> None:
    first = race.get("/v1/boards/race/standings").get_json()
    top = race.get("/v1/boards/race/standings?limit=100").get_json()
    assert len(first["standings"]) == 20
    assert (top["standings"][:20], len(top["standings"])) == (first["standings"], 100)
    assert {**top, "standings": []} == {**first, "standings": []}


def test_a_page_past_the_end_is_empty(race: MemoryGateway) -> None:
    assert race.get("/v1/boards/race/standings?start=150").get_json()["standings"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=", "limit"), ("limit=1.0", "limit"),
        ("limit=1_0", "limit"), ("limit=+5", "limit"), ("limit=%D9%A1", "limit"), ("start=-1", "start"),
        ("start=99999999999999999999", "start"), ("period=year", "period"), ("period=day&key=yesterday", "key"),
        ("period=day&key=2026-11", "key"), ("period=all&key=2026-11", "key"), ("period=week&key=2026-W54", "key"),
        ("key=2026-11-21", "key"), ("limt=5", "limt"),
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused_naming_the_parameter(
    race: MemoryGateway, query: str, field: str
) -> None:
    answer = race.get(f"/v1/boards/race/standings?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert field in names(answer.get_json()["errors"], "field")


def test_a_period_is_the_current_one_unless_a_key_names_another(race: MemoryGateway) -> None:
    for period, key in (("day", "2026-11-21"), ("week", "2026-W47"), ("month", "2026-11")):
        told = race.get(f"/v1/boards/race/standings?period={period}").get_json()
        assert (told["key"], told["total"]) == (key, 150)
    assert race.get("/v1/boards/race/standings?period=day&key=2026-11-20").get_json()["total"] == 0


def test_the_leader_has_rank_0_on_both_routes(race: MemoryGateway) -> None:
    told = race.get("/v1/boards/race/players/p000?period=day").get_json()
    assert (told["rank"], told["position"], told["score"], told["key"]) == (0, 1, 1000, "2026-11-21")
    assert race.get("/race/p000").get_json() == {"score": 1000, "rank": 0}


def test_unknown_boards_and_players_are_not_found_on_resource_routes(race: MemoryGateway) -> None:
    for path, kind in (
        ("/v1/boards/nope", "unknown-board"),
        ("/v1/boards/nope/standings", "unknown-board"),
        ("/v1/boards/nope/players/p000", "unknown-board"),
        ("/v1/boards/race/players/nobody", "unknown-player"),
    ):
        answer = race.get(path)
        assert (answer.status_code, answer.get_json()["type"]) == (404, f"/docs/problems/{kind}")


def test_unknown_boards_and_players_are_empty_on_published_routes(race: MemoryGateway) -> None:
    assert race.get("/race/nobody").get_json() == {"score": 0, "rank": None}
    assert race.get("/nope/p000").get_json() == {"score": 0, "rank": None}
    assert race.get("/nope").get_json() == {"leaderboard": []}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", range(20)), ("?startRank=5", range(5, 25)), ("?endRank=3", range(3)),
        ("?startRank=2&endRank=4", range(2, 4)),
        ("?endRank=0", range(0)), ("?startRank=7&endRank=7", range(0)), ("?startRank=149&endRank=160", range(149, 150)),
        ("?endRank=100", range(100)), ("?startRank=50&endRank=150&cache=no", range(50, 150)),
    ],
)  # fmt: skip
def test_a_published_page_is_half_open(race: MemoryGateway, query: str, expected: range) -> None:
    told = race.get(f"/race{query}").get_json()
    assert names(told["leaderboard"], "name") == [f"p{number:03}" for number in expected]


@pytest.mark.parametrize(
    "query", ["startRank=-1", "endRank=-1", "startRank=5&endRank=4", "endRank=101", "startRank=5&endRank=0",
              "startRank=", "endRank=x", "startRank=1e1"],
)  # fmt: skip
def test_a_published_range_that_makes_no_sense_is_refused(race: MemoryGateway, query: str) -> None:
    answer = race.get(f"/race?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["field"] in {"startRank", "endRank"}


def test_plays_come_newest_first_and_next_leads_through_all_of_them(gateway: MemoryGateway) -> None:
    made = [fact("a&b é", score, at=NOON + timedelta(minutes=score)) for score in range(7)]
    for number, each in enumerate(made):
        gateway.ledger.add("even" if number % 2 == 0 else "odd", each)
    path, scores = "/v1/players/a&b%20%C3%A9/scores?board=even&limit=2", []
    while path:
        told = gateway.get(path).get_json()
        scores += [row["score"] for row in told["scores"]]
        path = told["next"]
    assert scores == [6, 4, 2, 0]


def test_an_event_is_recorded_or_rejected_with_its_reason(gateway: MemoryGateway) -> None:
    played, refused = fact("ada", 7), rejection()
    gateway.ledger.add("race", played)
    gateway.ledger.reject(Rejected(rejection=refused, recorded_at=NOON))
    recorded = gateway.get(f"/v1/events/{played.event_id}").get_json()
    rejected = gateway.get(f"/v1/events/{refused.event_id}").get_json()
    assert (recorded["status"], recorded["score"]) == ("recorded", 7)
    assert (rejected["status"], rejected["reason"]) == ("rejected", "score_below_minimum")
    assert rejected["detail"] == refused.detail


@pytest.mark.parametrize("event_id", ["x", "9f1c2f0e-4c9b-4b3c-9d2e-0123456789ab", "01a1fc2e-5997-7ed4-ba0a", "%00"])
def test_what_is_no_event_id_is_refused(gateway: MemoryGateway, event_id: str) -> None:
    answer = gateway.get(f"/v1/events/{event_id}")
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, "event_id")


def test_a_read_that_cannot_be_answered_is_a_503_and_never_an_empty_board(race: MemoryGateway) -> None:
    race.boards.available = race.fold.available = race.ledger.available = False
    for path in (
        "/v1/boards/race/standings", "/v1/boards/race/standings?limit=100", "/v1/boards/race/players/p000", "/race",
        "/race/p000", "/v1/players/p000/scores", f"/v1/events/{fact().event_id}",
    ):  # fmt: skip
        answer = race.get(path)
        assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/unavailable"), path
        assert int(answer.headers["Retry-After"]) > 0
    race.record.available = False
    assert race.get("/v1/boards").status_code == 503
    assert race.write("PUT", "/v1/boards/race", {}).status_code == 503
