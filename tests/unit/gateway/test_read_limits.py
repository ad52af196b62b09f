"""What readers without a credential may ask of a gateway, and what players may write beside scores."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from ledgerboard_gateway.access_settings import Reads
from ledgerboard_gateway.http.access import ACCESS, Access
from ledgerboard_gateway.http.path_parameters import PATH_PARAMETERS
from ledgerboard_gateway.limit_settings import LimitSettings
from tests.unit.gateway.gateways import MemoryGateway, running

FEW = LimitSettings(read_rate=0.001, read_burst=3, player_writes=2, player_keyed_requests=4, player_burst=6)
STANDING = "/v1/boards/chess/players/ada"


@pytest.fixture
def gateway() -> Iterator[MemoryGateway]:
    with running(limits=FEW) as made:
        made.record.ensure("chess")
        yield made


def read(gateway: MemoryGateway, path: str, credential: str = "", address: str = "192.0.2.1") -> TestResponse:
    headers = {"Authorization": f"Bearer {credential}"} if credential else {}
    return gateway.client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address})


def used_up(gateway: MemoryGateway) -> None:
    for _ in range(3):
        assert read(gateway, "/v1/boards").status_code == 200


def test_reads_from_an_address_are_limited_and_told_when_to_come_again(gateway: MemoryGateway) -> None:
    used_up(gateway)
    refused = read(gateway, "/v1/boards")
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/docs/problems/too-many-requests")
    assert refused.headers["Retry-After"] == "1000"
    assert refused.headers["RateLimit-Policy"] == '"reads";q=3;w=3000'
    assert refused.headers["RateLimit"] == '"reads";r=0;t=3000'
    assert read(gateway, "/v1/boards", address="192.0.2.2").status_code == 200


def test_redis_is_not_asked_whether_a_read_is_one_too_many(gateway: MemoryGateway) -> None:
    gateway.buckets.available = False
    used_up(gateway)
    assert read(gateway, "/v1/boards").status_code == 429


def test_every_operation_that_anybody_may_read_is_limited_and_no_other(gateway: MemoryGateway) -> None:
    used_up(gateway)
    limited = set()
    for operation, access in ACCESS.items():
        method, _, rule = operation.partition(" ")
        path = rule
        for name, known in PATH_PARAMETERS.items():
            path = path.replace(f"<{name}>", str(known["example"]))
        if access in {Access.READ, Access.OPEN}:
            answer = gateway.client.open(path, method=method, environ_base={"REMOTE_ADDR": "192.0.2.1"})
            limited |= {operation} if answer.status_code == 429 else set()
    assert limited == {operation for operation, access in ACCESS.items() if access is Access.READ}


def test_a_standing_that_is_read_without_flask_is_limited_too(gateway: MemoryGateway) -> None:
    read(gateway, STANDING)
    assert [read(gateway, STANDING).status_code for _ in range(3)] == [404, 404, 429]


def test_who_has_a_credential_reads_on(gateway: MemoryGateway) -> None:
    used_up(gateway)
    player = gateway.tokens.issue("ada", "players")
    for credential in (gateway.keys.make("g", "submit"), gateway.keys.make("r", "read"), player):
        assert read(gateway, "/v1/boards", credential).status_code == 200
        assert read(gateway, STANDING, credential).status_code == 404


def test_a_player_has_a_limit_of_their_own_wherever_they_are(gateway: MemoryGateway) -> None:
    used_up(gateway)
    ada, bob = gateway.tokens.issue("ada", "players"), gateway.tokens.issue("bob", "players")
    assert [read(gateway, "/v1/boards", ada).status_code for _ in range(4)] == [200] * 3 + [429]
    assert read(gateway, "/v1/boards", bob).status_code == 200


def test_what_is_no_credential_makes_nobody_known(gateway: MemoryGateway) -> None:
    used_up(gateway)
    assert read(gateway, "/v1/boards", "lbk_nonsense").status_code == 429
    assert read(gateway, "/v1/boards", "token-of-nobody").status_code == 429


def test_players_are_limited_also_where_reads_are_closed() -> None:
    with running(Reads.CLOSED, limits=FEW) as gateway:
        ada, viewer = gateway.tokens.issue("ada", "players"), gateway.keys.make("r", "read")
        # Three of the address, then three of the player's own.
        assert [read(gateway, "/v1/boards", ada).status_code for _ in range(7)] == [200] * 6 + [429]
        assert [read(gateway, "/v1/boards", viewer).status_code for _ in range(9)] == [200] * 9


def rename(gateway: MemoryGateway, credential: str, name: str = "Ada", key: str | None = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {credential}"} | ({} if key is None else {"Idempotency-Key": key})
    return gateway.write("PUT", "/v1/players/ada/name", {"name": name}, headers=headers)


def test_what_a_player_writes_beside_scores_is_limited_by_the_minute(gateway: MemoryGateway) -> None:
    ada = gateway.tokens.issue("ada", "players")
    answers = [rename(gateway, ada) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert (answers[-1].headers["Retry-After"], answers[-1].headers["RateLimit"]) == ("30", '"writes";r=0;t=60')
    manager = gateway.tokens.issue("mia", "managers")
    assert [rename(gateway, manager).status_code for _ in range(5)] == [200] * 5


def test_every_write_of_a_player_but_a_score_is_limited_so(gateway: MemoryGateway) -> None:
    ada = gateway.tokens.issue("ada", "players")
    for _ in range(2):
        rename(gateway, ada)
    names = {name: known["example"] for name, known in PATH_PARAMETERS.items()} | {"player": "ada", "username": "ada"}
    for operation, access in ACCESS.items():
        method, _, rule = operation.partition(" ")
        path = rule
        for name, example in names.items():
            path = path.replace(f"<{name}>", str(example))
        if access in {Access.SELF, Access.PERSON}:
            answer = gateway.write(method, path, {}, headers={"Authorization": f"Bearer {ada}"})
            assert answer.status_code == 429, operation


def submit(gateway: MemoryGateway, credential: str, key: str) -> TestResponse:
    headers = {"Authorization": f"Bearer {credential}", "Idempotency-Key": key}
    return gateway.write("POST", "/v1/boards/chess/scores", {"player": "ada", "score": 1}, headers=headers)


def test_so_many_requests_with_a_key_are_kept_of_one_player_and_repeats_are_answered(gateway: MemoryGateway) -> None:
    ada = gateway.tokens.issue("ada", "players")
    assert [submit(gateway, ada, f"k{number}").status_code for number in range(4)] == [202] * 4
    refused = submit(gateway, ada, "k4")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (429, "Idempotency-Key")
    assert refused.headers["Retry-After"] == "3600"
    gateway.clock.advance(timedelta(seconds=1))
    again = submit(gateway, ada, "k0")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
    gateway.clock.advance(timedelta(days=2))
    ada = gateway.tokens.issue("ada", "players")
    assert submit(gateway, ada, "k5").status_code == 202


def test_any_number_is_kept_of_a_server(gateway: MemoryGateway) -> None:
    key = gateway.keys.make("g", "submit")
    assert [submit(gateway, key, f"k{number}").status_code for number in range(9)] == [202] * 9


def test_a_players_requests_with_a_key_are_limited_before_the_record_is_asked(gateway: MemoryGateway) -> None:
    ada = gateway.tokens.issue("ada", "players")
    assert [submit(gateway, ada, "k").status_code for _ in range(6)] == [202] * 6
    gateway.keyed.available = False
    answer = submit(gateway, ada, "k")
    assert (answer.status_code, answer.headers["RateLimit-Policy"]) == (429, '"keyed";q=6;w=1')
