"""Tokens through the whole gateway, from an issuer that serves its keys over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ledgerboard_gateway.tokens import ClaimedIdentities
from ledgerboard_infra.jwks import PAUSE, HttpFetch, SigningKeys
from ledgerboard_infra.oidc import TokenRules, TokenVerifier
from ledgerboard_testkit.forgeries import forgeries
from ledgerboard_testkit.issuer import CLIENT, ISSUER, Issuer, claims, new_key
from ledgerboard_testkit.memory import FixedClock
from tests.unit.gateway.gateways import MemoryGateway, running


class Scene:
    """A gateway that trusts an issuer. Its clock says when keys are old."""

    def __init__(self, issuer: Issuer, gateway: MemoryGateway) -> None:
        self.issuer, self.gateway, self.clock = issuer, gateway, FixedClock()
        rules = TokenRules(issuer=ISSUER, audience=CLIENT)
        fetch = HttpFetch(issuer.jwks_url)
        keys = SigningKeys(fetch, self.clock, algorithms=rules.algorithms, outage=timedelta(days=1))
        gateway.tokens.others = ClaimedIdentities(
            TokenVerifier(rules, keys), username_claim="cognito:username", groups_claim="cognito:groups"
        )

    def submit(self, token: str, *, player: str = "ada", bare: bool = False) -> TestResponse:
        headers = {"Authorization": token if bare else f"Bearer {token}"}
        body = {"level": 3, "score": 42}
        return self.gateway.write("POST", f"/users/{player}", body, headers=headers)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Issuer() as issuer, running() as gateway:
        issuer.keys["second"] = new_key()
        yield Scene(issuer, gateway)


def told(answer: TestResponse) -> tuple[int, Any, str | None]:
    return answer.status_code, answer.get_json(), answer.headers.get("WWW-Authenticate")


def test_whoever_the_issuer_knows_submits_for_themself_bare_or_as_a_bearer(scene: Scene) -> None:
    assert scene.submit(scene.issuer.token()).status_code == 202
    assert scene.submit(scene.issuer.token(), bare=True).status_code == 202
    assert scene.submit(scene.issuer.token(), player="eve").status_code == 403
    assert {each.player for sent in scene.gateway.queue.envelopes for each in sent.submissions} == {"ada"}


def test_every_forgery_meets_the_same_401_and_nothing_is_sent(scene: Scene) -> None:
    assert scene.submit(scene.issuer.token()).status_code == 202
    scene.gateway.queue.sent.clear()
    met = {name: told(scene.submit(token)) for name, token in forgeries(scene.issuer).items()}
    first = told(scene.submit("nonsense"))
    assert first[0] == 401
    assert {name: answer for name, answer in met.items() if answer != first} == {}
    assert scene.gateway.queue.sent == []


@pytest.mark.parametrize("name", ["a/b", "x" * 65, "a\nb", " ada", "..", "a\u2028b"])
def test_a_name_that_no_player_can_have_is_nobodys(scene: Scene, name: str) -> None:
    assert scene.submit(scene.issuer.token(claims(name))).status_code == 401


@pytest.mark.parametrize("groups", [None, [], "players-not", [7], {"players": True}, ["Players"]])
def test_without_the_group_nobody_is_a_player(scene: Scene, groups: object) -> None:
    token = scene.issuer.token(claims(**{"cognito:groups": groups}))
    assert scene.submit(token).status_code == 403


def test_the_issuer_changes_its_keys_and_nobody_restarts_anything(scene: Scene) -> None:
    before = scene.issuer.token()
    assert scene.submit(before).status_code == 202
    scene.issuer.rotate("third")
    scene.clock.advance(PAUSE)
    assert scene.submit(scene.issuer.token()).status_code == 202
    assert scene.submit(scene.issuer.token(claims("eve")), player="eve").status_code == 202


def test_an_outage_of_the_issuer_is_not_noticed_and_one_at_the_beginning_is_a_503(scene: Scene) -> None:
    scene.issuer.down = True
    assert scene.submit(scene.issuer.token()).status_code == 503
    scene.issuer.down = False
    scene.clock.advance(PAUSE)
    assert scene.submit(scene.issuer.token()).status_code == 202
    scene.issuer.down = True
    scene.clock.advance(timedelta(hours=20))
    assert scene.submit(scene.issuer.token(claims("eve")), player="eve").status_code == 202
    scene.clock.advance(timedelta(hours=5))
    assert scene.submit(scene.issuer.token(claims("bob")), player="bob").status_code == 503


def test_neither_token_nor_signature_is_in_the_lines_of_the_log(scene: Scene) -> None:
    good = scene.issuer.token()
    bad = scene.issuer.token(claims(aud="another"))
    scene.submit(good)
    answer = scene.submit(bad)
    log = "".join(scene.gateway.lines)
    for part in (*good.split("."), *bad.split(".")):
        assert part not in log
        assert part not in answer.text + str(answer.headers)
