"""A board of servers takes no player's own score, and every submission says who sent it."""

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import BoardOptions, Source, Submitters
from ledgerboard_gateway.limit_settings import LimitSettings
from tests.unit.gateway.gateways import MemoryGateway, running

PATHS = {"/v1/boards/race/scores": {"player": "ada", "score": 7}, "/race/ada": {"score": 7}}


@pytest.fixture
def player(gateway: MemoryGateway) -> dict[str, str]:
    return {"Authorization": f"Bearer {gateway.tokens.issue('ada', 'players')}"}


def servers_only(gateway: MemoryGateway, board: str = "race") -> None:
    gateway.record.define(board, BoardOptions(submitters=Submitters.SERVERS))


def sources(gateway: MemoryGateway) -> list[Source]:
    return [each.source for envelope in gateway.queue.envelopes for each in envelope.submissions]


@pytest.mark.parametrize("path", PATHS)
def test_a_players_own_score_is_refused(gateway: MemoryGateway, player: dict[str, str], path: str) -> None:
    servers_only(gateway)
    answer = gateway.write("POST", path, PATHS[path], headers=player)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (403, "board")
    assert gateway.queue.sent == []


def test_a_board_that_players_may_make_is_no_exception(gateway: MemoryGateway, player: dict[str, str]) -> None:
    body = {"level": 1, "score": 7}
    assert gateway.write("POST", "/users/ada", body, headers=player).status_code == 202
    servers_only(gateway, "games")
    assert gateway.write("POST", "/users/ada", body, headers=player).status_code == 403


def test_servers_and_managers_are_let_in(gateway: MemoryGateway) -> None:
    servers_only(gateway)
    for credential in (gateway.keys.make("eu-1", "submit"), gateway.tokens.issue("mia", "managers", "players")):
        headers = {"Authorization": f"Bearer {credential}"}
        body = {"player": "ada", "score": 7}
        assert gateway.write("POST", "/v1/boards/race/scores", body, headers=headers).status_code == 202
    assert sources(gateway) == [Source.SERVER, Source.SERVER]


def test_in_a_bulk_only_what_such_a_board_does_not_take_is_refused(
    gateway: MemoryGateway, player: dict[str, str]
) -> None:
    servers_only(gateway)
    gateway.record.ensure("open")
    scores = [{"board": board, "player": "ada", "score": 7} for board in ("race", "open")]
    answer = gateway.write("POST", "/v1/scores", {"scores": scores}, headers=player)
    assert [each["status"] for each in answer.get_json()["results"]] == ["refused", "accepted"]
    assert sources(gateway) == [Source.PLAYER]


@pytest.mark.parametrize("key", ["", "k"])
def test_a_players_submission_says_so_also_under_a_key(
    gateway: MemoryGateway, player: dict[str, str], key: str
) -> None:
    gateway.record.ensure("race")
    headers = player | ({"Idempotency-Key": key} if key else {})
    answer = gateway.write("POST", "/v1/boards/race/scores", {"player": "ada", "score": 7}, headers=headers)
    assert (answer.status_code, sources(gateway)) == (202, [Source.PLAYER])


def problem(answer: TestResponse) -> tuple[int, str, str]:
    told = answer.get_json()
    return answer.status_code, told["type"].rpartition("/")[2], told["errors"][0]["field"]


def submit(gateway: MemoryGateway, credential: str, **others: str) -> TestResponse:
    body = {"player": "ada", "score": 7} | others
    return gateway.write("POST", "/v1/boards/race/scores", body, headers={"Authorization": f"Bearer {credential}"})


def test_a_player_names_no_level_that_a_board_did_not_declare_and_a_server_names_any(gateway: MemoryGateway) -> None:
    gateway.record.define("race", BoardOptions(levels=("1", "2")))
    ada = gateway.tokens.issue("ada", "players")
    assert [submit(gateway, ada, level=level).status_code for level in ("1", "2")] == [202, 202]
    assert submit(gateway, ada).status_code == 202
    assert problem(submit(gateway, ada, level="3")) == (400, "invalid-request", "level")
    assert submit(gateway, gateway.keys.make("g", "submit"), level="3").status_code == 202


def test_which_levels_are_the_first_so_many_is_for_the_judge(gateway: MemoryGateway) -> None:
    gateway.record.define("race", BoardOptions(levels=1))
    ada = gateway.tokens.issue("ada", "players")
    assert [submit(gateway, ada, level=level).status_code for level in ("1", "2")] == [202, 202]


def test_a_player_names_no_session_where_nobody_opens_any_and_a_server_names_any(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    ada = gateway.tokens.issue("ada", "players")
    assert problem(submit(gateway, ada, session="mine")) == (404, "unknown-session", "session")
    assert submit(gateway, gateway.keys.make("g", "submit"), session="any").status_code == 202
    gateway.record.define("race", BoardOptions(managed_sessions=True))
    assert submit(gateway, ada, session="for-the-judge").status_code == 202


def named(board: str, level: str | None = None, session: str | None = None) -> dict[str, object]:
    others = {"level": level, "session": session}
    return {"board": board, "player": "ada", "score": 7} | {name: text for name, text in others.items() if text}


def test_a_keys_scores_name_so_many_new_levels_and_sessions_a_day_and_those_that_are_known_go_on() -> None:
    with running(limits=LimitSettings(key_names=4)) as gateway:
        gateway.record.ensure("race")
        headers = {"Authorization": f"Bearer {gateway.keys.make('g', 'submit')}"}
        scores = [
            named("race", "1"), named("race", "1", "s1"), named("race"), named("race", "2", "s2"), named("race", "3"),
            named("race", "3"), named("race", "2"),
        ]  # fmt: skip
        told = gateway.write("POST", "/v1/scores", {"scores": scores}, headers=headers).get_json()
        assert [each["status"] for each in told["results"]] == [*["accepted"] * 4, *["refused"] * 2, "accepted"]
        assert told["results"][4]["errors"] == [{"field": "level", "message": "is one too many for now"}]
        refused = gateway.write("POST", "/v1/scores", {"scores": [named("race", None, "s3")]}, headers=headers)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "21600")
        one = {"player": "ada", "score": 7, "level": "1", "session": "s2"}
        assert gateway.write("POST", "/v1/boards/race/scores", one, headers=headers).status_code == 202
        new = one | {"level": "4"}
        assert gateway.write("POST", "/v1/boards/race/scores", new, headers=headers).status_code == 429
        gateway.buckets.available = False
        assert gateway.write("POST", "/v1/boards/race/scores", new, headers=headers).status_code == 202, (
            "its own bucket"
        )
        manager = {"Authorization": f"Bearer {gateway.tokens.issue('mia', 'managers')}"}
        many = [named("race", f"l-{number}") for number in range(20)]
        assert gateway.write("POST", "/v1/scores", {"scores": many}, headers=manager).get_json()["accepted"] == 20
