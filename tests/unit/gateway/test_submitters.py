"""A board of servers takes no player's own score, and every submission says who sent it."""

import pytest

from ledgerboard_contracts import BoardOptions, Source, Submitters
from tests.unit.gateway.gateways import MemoryGateway

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
