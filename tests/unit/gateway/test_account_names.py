"""A registered name is a player's id: nobody registers as somebody who played, and an erased player has no account."""

from datetime import timedelta
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import CorrectionsMessage, wire
from ledgerboard_testkit.events import fact
from tests.unit.gateway.gateways import MemoryGateway
from tests.unit.gateway.test_accounts import ADA, log_in, register, send

WHY: Final = {"reason": "They asked."}


def erase(gateway: MemoryGateway, player: str = "ada", key: str | None = None) -> TestResponse:
    return gateway.write(
        "POST", f"/v1/players/{player}/erase", WHY, headers={} if key is None else {"Idempotency-Key": key}
    )


def corrections(gateway: MemoryGateway) -> list[Any]:
    read = [wire.SUBMISSIONS.decode(body) for body in gateway.queue.bodies]
    return [made for each in read if isinstance(each, CorrectionsMessage) for made in each.corrections]


def test_the_name_of_somebody_who_played_is_taken_and_answered_as_any_other_that_is(gateway: MemoryGateway) -> None:
    register(gateway, username="eve")
    gateway.ledger.add("race", fact("ada", 7))
    played, registered = register(gateway), register(gateway, username="eve")
    assert (played.status_code, played.get_json()) == (409, registered.get_json())
    assert "ada" not in gateway.users.accounts
    assert register(gateway, username="Ada").status_code == 201


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("manager", 201), ("root", 201), ("key", 201), ("submitting key", 409), ("key of a board", 409),
        ("reading key", 409), ("player", 409), ("nobody", 409),
    ],
)  # fmt: skip
def test_who_may_act_for_the_player_may_give_the_name_away(gateway: MemoryGateway, who: str, status: int) -> None:
    gateway.ledger.add("race", fact("ada", 7))
    keys, tokens = gateway.keys, gateway.tokens
    credentials = {
        "manager": tokens.issue("mia", "managers"),
        "root": gateway.authorization.removeprefix("Bearer "),
        "key": keys.make("registering", "players"),
        "submitting key": keys.make("server", "submit", "boards"),
        "key of a board": keys.make("elsewhere", "submit", "admin", boards=("race",)),
        "reading key": keys.make("reading", "read"),
        "player": tokens.issue("eve", "players"),
        "nobody": "lbk_nonsense",
    }
    assert send(gateway, "/users", ADA, f"Bearer {credentials[who]}").status_code == status


def test_a_name_that_no_player_can_have_is_refused_before_the_ledger_is_asked(gateway: MemoryGateway) -> None:
    gateway.ledger.available = False
    assert register(gateway, username="a\x00b").status_code == 400
    assert register(gateway).status_code == 503
    assert gateway.users.accounts == {}


def test_who_is_erased_has_no_account_any_more(gateway: MemoryGateway) -> None:
    register(gateway)
    assert erase(gateway).status_code == 202
    assert log_in(gateway).status_code == 401
    assert [made.player for made in corrections(gateway)] == ["ada"]
    assert register(gateway).status_code == 201


def test_who_is_being_erased_cannot_be_registered_before_it_is_done(gateway: MemoryGateway) -> None:
    register(gateway)
    gateway.ledger.add("race", fact("ada", 7))
    erase(gateway)
    assert register(gateway).status_code == 409


def test_while_the_identity_provider_is_down_nothing_is_erased_and_who_asks_again_has_it_done(
    gateway: MemoryGateway,
) -> None:
    register(gateway)
    gateway.users.dies_at = "delete"
    assert erase(gateway, key="k-1").status_code == 503
    assert corrections(gateway) == []
    gateway.users.available = True
    assert erase(gateway, key="k-1").status_code == 202
    assert (len(corrections(gateway)), gateway.users.accounts) == (1, {})


def test_where_the_queue_is_silent_the_erasure_is_asked_for_again(gateway: MemoryGateway) -> None:
    register(gateway)
    gateway.queue.available = False
    assert erase(gateway).status_code == 503
    gateway.queue.available = True
    assert erase(gateway).status_code == 202
    assert len(corrections(gateway)) == 1


def test_a_ban_leaves_the_account(gateway: MemoryGateway) -> None:
    register(gateway)
    assert gateway.post("/v1/players/ada/ban", WHY).status_code == 202
    assert "ada" in gateway.users.accounts


def test_the_token_of_who_is_erased_does_nothing_more(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    register(gateway)
    token = log_in(gateway).get_json()["idToken"]
    asks = [
        ("POST", "/v1/boards/race/scores", {"player": "ada", "score": 1}),
        ("PUT", "/v1/players/ada/name", {"name": "Ada"}),
        ("POST", "/v1/users/ada/sign-out", {}),
        ("POST", "/users/ada", {"level": 1, "score": 1}),
    ]
    headers = {"Authorization": f"Bearer {token}"}
    assert [gateway.write(*each, headers=headers).status_code for each in asks] == [202, 200, 200, 202]
    assert erase(gateway).status_code == 202
    assert [gateway.write(*each, headers=headers).status_code for each in asks] == [401] * 4
    gateway.clock.advance(timedelta(minutes=1))
    register(gateway, username="Ada")
    back = {"Authorization": f"Bearer {log_in(gateway, 'Ada').get_json()['idToken']}"}
    assert gateway.write("PUT", "/v1/players/Ada/name", {"name": "Ada"}, headers=back).status_code == 200
