"""Whose score it is: nobody writes another player's, whatever path and body say."""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from ledgerboard_gateway.limit_settings import LimitSettings
from tests.unit.gateway.gateways import CLASSIC, MemoryGateway, running

NO_NAME = "ada "
NAMES = ["ada", "Ada", NO_NAME, "a\u0301da", "\u00e1da", "bob", "key:ada", "player:ada", "root", "*", "\u0430da"]
"""Names that are easily taken for one another."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[MemoryGateway]:
    with running() as made:
        made.record.ensure("race")
        yield made


def send(gateway: MemoryGateway, credential: str, path: str, body: Any) -> TestResponse:
    return gateway.write("POST", path, body, headers={"Authorization": f"Bearer {credential}"})


def score(player: str, board: str = "race") -> dict[str, Any]:
    return {"board": board, "player": player, "score": 7}


def by_route(route: str, player: str, others: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    match route:
        case "single":
            return "/v1/boards/race/scores", {"player": player, "score": 7}
        case "published":
            return f"/race/{player}", {"score": 7}
        case "classic":
            return f"/users/{player}", {"level": 1, "score": 7}
        case _:
            return "/v1/scores", {"scores": [score(each) for each in (player, *others)]}


@given(
    caller=st.sampled_from(NAMES),
    player=st.sampled_from(NAMES),
    others=st.lists(st.sampled_from(NAMES), max_size=5),
    route=st.sampled_from(["single", "published", "classic", "bulk"]),
)
@example(caller="ada", player="Ada", others=[], route="single")
@example(caller="ada", player="Ada", others=[], route="published")
@example(caller="ada", player="Ada", others=[], route="classic")
@example(caller="ada", player="bob", others=["Ada", "\u0430da", "ada"], route="bulk")
@example(caller="a\u0301da", player="\u00e1da", others=[], route="published")
def test_a_player_never_writes_anothers_score(
    gateway: MemoryGateway, caller: str, player: str, others: list[str], route: str
) -> None:
    gateway.queue.sent.clear()
    answer = send(gateway, gateway.tokens.issue(caller, "players"), *by_route(route, player, others))
    written = [each.player for envelope in gateway.queue.envelopes for each in envelope.submissions]
    wanted = [player, *others] if route == "bulk" else [player]
    assert written == [each for each in wanted if each == caller != NO_NAME]
    assert answer.status_code == 202 if written else answer.status_code in {400, 401, 403}


def test_names_that_look_alike_are_several_players() -> None:
    assert len({unicodedata.normalize("NFC", name) for name in NAMES}) < len(NAMES)


def test_in_bulk_each_score_stands_for_itself(gateway: MemoryGateway) -> None:
    token = gateway.tokens.issue("ada", "players")
    body = {"scores": [score("ada"), score("bob"), score("ada", "unheard-of")]}
    answer = send(gateway, token, "/v1/scores", body).get_json()
    assert (answer["accepted"], answer["refused"]) == (1, 2)
    errors = [result.get("errors") for result in answer["results"]]
    assert errors[1:] == [
        [{"field": "player", "message": "is not you"}],
        [{"field": "board", "message": "is not defined"}],
    ]


def test_in_bulk_a_key_submits_to_its_boards_only(gateway: MemoryGateway) -> None:
    key = gateway.keys.make("server", "submit", boards=("race", "cup-*"))
    gateway.record.ensure("cup-7")
    body = {"scores": [score("ada"), score("bob", "cup-7"), score("bob", "cup"), score("ada", "race2")]}
    answer = send(gateway, key, "/v1/scores", body).get_json()
    assert [result["status"] for result in answer["results"]] == ["accepted", "accepted", "refused", "refused"]


def test_neither_a_players_score_nor_a_servers_makes_a_board_and_that_of_a_founding_key_does(
    gateway: MemoryGateway,
) -> None:
    token, server = gateway.tokens.issue("ada", "players"), gateway.keys.make("server", "submit")
    key = gateway.keys.make("founding", "submit", "boards")
    for path in ("/v1/boards/fresh/scores", "/fresh/ada"):
        body = {"score": 7} if path == "/fresh/ada" else {"player": "ada", "score": 7}
        for credential in (token, server, gateway.tokens.issue("eve", "services")):
            refused = send(gateway, credential, path, body)
            assert (refused.status_code, refused.get_json()["type"]) == (404, "/docs/problems/unknown-board")
    assert gateway.record.current("fresh") is None
    assert send(gateway, key, "/fresh/ada", {"score": 7}).status_code == 202
    assert send(gateway, token, "/fresh/ada", {"score": 7}).status_code == 202


def test_a_players_score_makes_the_boards_of_the_classic_routes(gateway: MemoryGateway) -> None:
    answer = send(gateway, gateway.tokens.issue("ada", "players"), f"/{CLASSIC.levels}/ada", {"score": 7})
    assert answer.status_code == 202


def test_a_manager_who_plays_submits_for_anybody(gateway: MemoryGateway) -> None:
    token = gateway.tokens.issue("mia", "players", "managers")
    assert send(gateway, token, "/race/bob", {"score": 7}).status_code == 202


@pytest.mark.parametrize("credential", ["player", "key", "root"])
def test_the_author_of_a_correction_is_who_asked_and_only_the_root_key_says_it_in_the_body(
    gateway: MemoryGateway, credential: str
) -> None:
    held, expected = {
        "player": (gateway.tokens.issue("mia", "managers"), "mia"),
        "key": (gateway.keys.make("k1", "admin"), "key:k1"),
        "root": (gateway.authorization.removeprefix("Bearer "), "somebody"),
    }[credential]
    gateway.queue.sent.clear()
    body = {"reason": "a bot", "author": "somebody"}
    assert send(gateway, held, "/v1/players/bob/ban", body).status_code == 202
    (message,) = (json.loads(each.body) for each in gateway.queue.sent)
    assert [each["author"] for each in message["corrections"]] == [expected]


def test_a_key_makes_so_many_boards_a_day_and_goes_on_submitting_to_those_that_there_are() -> None:
    with running(limits=LimitSettings(key_boards=3)) as gateway:
        key = gateway.keys.make("founding", "submit", "boards", boards=("arena-*",))
        scores = [score("ada", f"arena-{number}") for number in (1, 2, 1, 3, 4, 1, 5)]
        told = send(gateway, key, "/v1/scores", {"scores": scores}).get_json()
        assert [each["status"] for each in told["results"]] == [*["accepted"] * 4, "refused", "accepted", "refused"]
        assert told["results"][4]["errors"] == [{"field": "board", "message": "is one too many for now"}]
        assert [gateway.record.current(f"arena-{number}") is None for number in range(1, 6)] == [False] * 3 + [True] * 2
        refused = send(gateway, key, "/arena-4/ada", {"score": 7})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "28800")
        assert refused.headers["RateLimit-Policy"] == '"boards";q=3;w=86400'
        assert send(gateway, key, "/arena-1/ada", {"score": 7}).status_code == 202
        gateway.buckets.available = False
        assert send(gateway, key, "/arena-5/ada", {"score": 7}).status_code == 202, "the process's own, which is full"
        assert send(gateway, key, "/arena-1/ada", {"score": 7}).status_code == 202


def test_who_manages_makes_any_number_of_boards() -> None:
    with running(limits=LimitSettings(key_boards=1)) as gateway:
        token = gateway.tokens.issue("mia", "managers")
        body = {"scores": [score("ada", f"fresh-{number}") for number in range(5)]}
        assert send(gateway, token, "/v1/scores", body).get_json()["accepted"] == 5
