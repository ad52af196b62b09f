"""Boards are defined, listed and searched; an option that makes no sense is refused by its name."""

from typing import Any

import pytest

from ledgerboard_contracts import BoardOptions, Order, Policy, Season, TieBreak
from tests.unit.gateway.gateways import MemoryGateway

BOARD = "/v1/boards/race"
SEASON = {"key": "autumn", "start": "2026-09-01T00:00:00+02:00", "end": "2026-12-01T00:00:00+01:00"}
OPTIONS: dict[str, Any] = {
    "order": "asc",
    "policy": "latest",
    "min_score": -5,
    "max_score": 5,
    "title": "Laps",
    "decimals": 3,
    "ties": [{"attribute": "lives"}, {"attribute": "shots", "order": "asc"}],
    "time_zone": "Europe/Paris",
    "seasons": [SEASON],
    "level_views": False,
    "session_views": False,
    "level_total_view": True,
    "managed_sessions": True,
    "submitters": "servers",
    "max_gain": {"score": 500, "seconds": 60},
    "max_attempts": {"plays": 10, "period": "hour"},
    "on_suspicion": "refuse",
    "levels": ["1", "Zürich"],
}


def season(**changed: Any) -> dict[str, Any]:
    kept = {name: value for name, value in (SEASON | changed).items() if value is not None}
    return {"seasons": [SEASON | {"key": "first"}, kept]}


def test_every_option_is_kept_and_told_again(gateway: MemoryGateway) -> None:
    answer = gateway.write("PUT", BOARD, OPTIONS)
    kept = gateway.record.ensure("race").options
    assert answer.status_code == 201
    assert (kept.order, kept.policy, kept.ties) == (
        Order.ASC, Policy.LATEST, (TieBreak(attribute="lives"), TieBreak(attribute="shots", order=Order.ASC)),
    )  # fmt: skip
    told = gateway.get(BOARD).get_json()
    assert told == answer.get_json()
    assert told == OPTIONS | {
        "board": "race",
        "version": 1,
        "ties": [{"attribute": "lives", "order": "desc"}, {"attribute": "shots", "order": "asc"}],
        "seasons": [{"key": "autumn", "start": "2026-08-31T22:00:00Z", "end": "2026-11-30T23:00:00Z"}],
    }
    again = {name: value for name, value in told.items() if name not in {"board", "version"}}
    assert (gateway.write("PUT", BOARD, again).status_code, gateway.record.ensure("race").version) == (200, 1)


def test_options_that_are_left_out_take_their_defaults(gateway: MemoryGateway) -> None:
    gateway.write("PUT", BOARD, {})
    assert gateway.record.ensure("race").options == BoardOptions()


HARMLESS = {"min_score", "max_score", "title", "decimals", "managed_sessions", "submitters", "max_gain", "max_attempts"}
HARMLESS |= {"on_suspicion", "levels"}


@pytest.mark.parametrize("name", sorted(OPTIONS.keys() - HARMLESS))
def test_what_ranks_otherwise_is_defined_too(gateway: MemoryGateway, name: str) -> None:
    gateway.record.define("race", BoardOptions())
    answer = gateway.write("PUT", BOARD, {name: OPTIONS[name]})
    assert (answer.status_code, answer.get_json()["version"]) == (200, 2)
    assert not gateway.record.ensure("race").options.projects_like(BoardOptions())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decimals": -1}, "decimals"),
        ({"decimals": 10}, "decimals"),
        ({"decimals": 1.0}, "decimals"),
        ({"decimals": True}, "decimals"),
        ({"decimals": "1"}, "decimals"),
        ({"decimals": None}, "decimals"),
        ({"ties": {}}, "ties"),
        ({"ties": None}, "ties"),
        ({"ties": ["lives"]}, "ties[0]"),
        ({"ties": [{}]}, "ties[0].attribute"),
        ({"ties": [{"attribute": "a"}, {"attribute": "b"}, {"attribute": 7}]}, "ties[2].attribute"),
        ({"ties": [{"attribute": ""}]}, "ties[0].attribute"),
        ({"ties": [{"attribute": "a" * 65}]}, "ties[0].attribute"),
        ({"ties": [{"attribute": "\0"}]}, "ties[0].attribute"),
        ({"ties": [{"attribute": "a", "order": "up"}]}, "ties[0].order"),
        ({"ties": [{"attribute": "a", "odrer": "asc"}]}, "ties[0].odrer"),
        ({"ties": [{"attribute": "a"}, {"attribute": "a"}]}, "ties"),
        ({"ties": [{"attribute": str(number)} for number in range(6)]}, "ties"),
        ({"policy": "total", "ties": [{"attribute": "a"}]}, "ties"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "../etc"}, "time_zone"),
        ({"time_zone": "UTC+1"}, "time_zone"),
        ({"time_zone": None}, "time_zone"),
        ({"time_zone": 1}, "time_zone"),
        (season(key=None), "seasons[1].key"),
        (season(key="a b"), "seasons[1].key"),
        (season(key="k" * 33), "seasons[1].key"),
        (season(key="k\n"), "seasons[1].key"),
        (season(key="first"), "seasons"),
        (season(start=None), "seasons[1].start"),
        (season(start="2026-09-01T00:00:00"), "seasons[1].start"),
        (season(start="2026-09-01"), "seasons[1].start"),
        (season(start=1), "seasons[1].start"),
        (season(start="0001-01-01T00:00:00+14:00"), "seasons[1].start"),
        (season(end="9999-12-31T23:59:59-14:00"), "seasons[1].end"),
        (season(end=SEASON["start"]), "seasons[1].end"),
        (season(end="2026-08-31T22:00:00Z"), "seasons[1].end"),
        (season(colour="red"), "seasons[1].colour"),
        ({"seasons": [SEASON | {"key": f"s{n}"} for n in range(51)]}, "seasons"),
        ({"level_views": "yes"}, "level_views"),
        ({"session_views": 0}, "session_views"),
        ({"level_total_view": None}, "level_total_view"),
        ({"levels": -1}, "levels"),
        ({"levels": 10_001}, "levels"),
        ({"levels": 1.0}, "levels"),
        ({"levels": True}, "levels"),
        ({"levels": "1"}, "levels"),
        ({"levels": None}, "levels"),
        ({"levels": [1]}, "levels"),
        ({"levels": ["1", "1"]}, "levels"),
        ({"levels": ["a/b"]}, "levels"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_its_name(
    gateway: MemoryGateway, body: dict[str, Any], field: str
) -> None:
    answer = gateway.write("PUT", BOARD, body)
    assert answer.status_code == 400, answer.get_json()
    assert field in {error["field"] for error in answer.get_json()["errors"]}, answer.get_json()
    assert gateway.record.list(None, 10) == []


def test_seasons_told_in_another_offset_are_the_same_ones(gateway: MemoryGateway) -> None:
    for start in ("2026-09-01T00:00:00+02:00", "2026-08-31T22:00:00Z"):
        gateway.write("PUT", BOARD, {"seasons": [SEASON | {"start": start}]})
    kept = gateway.record.ensure("race")
    assert (kept.version, kept.options.seasons[0].start.isoformat()) == (1, "2026-08-31T22:00:00+00:00")
    assert isinstance(kept.options.seasons[0], Season)


def test_boards_are_listed_by_name_in_pages(gateway: MemoryGateway) -> None:
    for name in ("mario-kart", "mario-party", "tetris", "mario-golf"):
        gateway.write("PUT", f"/v1/boards/{name}", {})
    path, found = "/v1/boards?prefix=mario&limit=2", []
    while path:
        told = gateway.get(path).get_json()
        found += [each["board"] for each in told["boards"]]
        path = told["next"]
    assert found == ["mario-golf", "mario-kart", "mario-party"]


def test_boards_are_searched_by_a_part_of_their_names(gateway: MemoryGateway) -> None:
    for name in ("mario-Kart", "mario-party", "kart-2", "go-kart", "carts"):
        gateway.write("PUT", f"/v1/boards/{name}", {})
    path, found = "/v1/boards?contains=kaRT&limit=1", []
    while path:
        told = gateway.get(path).get_json()
        found += [each["board"] for each in told["boards"]]
        path = told["next"]
    assert found == ["go-kart", "kart-2", "mario-Kart"]
    assert len(gateway.get("/v1/boards?contains=kart&prefix=mario").get_json()["boards"]) == 1
    assert gateway.get("/v1/boards?contains=%25").status_code == 400


def test_a_definition_is_made_once_and_changed_by_versions(gateway: MemoryGateway) -> None:
    answers = [
        gateway.write("PUT", "/v1/boards/race", body)
        for body in ({"order": "asc", "min_score": 0}, {"order": "asc", "min_score": 0}, {"order": "asc"}, {})
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]
    assert [answer.get_json()["version"] for answer in answers] == [1, 1, 2, 3]
    assert gateway.get("/v1/boards/race").get_json()["min_score"] == -(2**53)
