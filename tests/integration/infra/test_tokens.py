"""Tokens, against an issuer that serves its keys over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.jwks import HttpFetch, SigningKeys
from ledgerboard_infra.oidc import TokenRules, TokenVerifier
from ledgerboard_testkit.forgeries import forgeries
from ledgerboard_testkit.issuer import CLIENT, ISSUER, Issuer, claims, key_for, new_key

RULES: Final = TokenRules(issuer=ISSUER, audience=CLIENT)
NOT_OF_THE_TOKEN: Final = {"of nobody", "of a number", "of an empty name", "ending after all time"}
"""For whom the claims speak is not the verifier's to say."""


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        running.keys["second"] = new_key()
        yield running


def verifier(issuer: Issuer, rules: TokenRules = RULES) -> TokenVerifier:
    keys = SigningKeys(HttpFetch(issuer.jwks_url), SystemClock(), algorithms=rules.algorithms, outage=timedelta(days=1))
    return TokenVerifier(rules, keys)


def test_a_token_that_the_issuer_made_for_us_tells_its_claims(issuer: Issuer) -> None:
    told = verifier(issuer).verify(issuer.token())
    assert told is not None
    assert (told["cognito:username"], told["cognito:groups"]) == ("ada", ["players"])


def test_a_token_for_several_is_also_for_us(issuer: Issuer) -> None:
    assert verifier(issuer).verify(issuer.token(claims(aud=["another", CLIENT])))


def test_every_forgery_is_refused(issuer: Issuer) -> None:
    asked = verifier(issuer)
    assert asked.verify(issuer.token())
    accepted = {name for name, token in forgeries(issuer).items() if asked.verify(token)}
    assert accepted == NOT_OF_THE_TOKEN


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -20), ("nbf", 20), ("iat", 20)])
def test_clocks_may_differ_a_little(issuer: Issuer, claim: str, seconds: int) -> None:
    said = claims(**{claim: datetime.now(UTC) + timedelta(seconds=seconds)})
    assert verifier(issuer).verify(issuer.token(said))
    strict = TokenRules(issuer=ISSUER, audience=CLIENT, leeway_seconds=0)
    assert verifier(issuer, strict).verify(issuer.token(said)) is None


def test_an_issuer_without_uses_and_with_the_audience_elsewhere_works_by_rules(issuer: Issuer) -> None:
    rules = TokenRules(issuer=ISSUER, audience=CLIENT, audience_claim="client_id", use="")
    asked = verifier(issuer, rules)
    assert asked.verify(issuer.token(claims(aud=None, token_use=None, client_id=CLIENT)))
    assert asked.verify(issuer.token(claims(aud="whoever", client_id=CLIENT)))
    for said in (claims(client_id="another"), claims(), claims(client_id=[CLIENT])):
        assert asked.verify(issuer.token(said)) is None


def test_what_could_not_be_valid_anyway_asks_the_issuer_nothing(issuer: Issuer) -> None:
    asked = verifier(issuer)
    table = forgeries(issuer)
    for name in ("unsigned", "under no id", "junk"):
        assert asked.verify(table.get(name, name)) is None
    assert issuer.fetches == 0


def test_without_an_issuer_to_ask_nobody_can_tell(issuer: Issuer) -> None:
    issuer.down = True
    with pytest.raises(UnavailableError):
        verifier(issuer).verify(issuer.token())


def test_an_issuer_that_went_down_is_not_missed(issuer: Issuer) -> None:
    asked = verifier(issuer)
    assert asked.verify(issuer.token())
    issuer.down = True
    assert asked.verify(issuer.token())
    assert asked.verify(issuer.token(key_id="second", kid="third")) is None


def test_a_token_of_an_unreachable_issuer_costs_a_bounded_wait() -> None:
    with Issuer() as gone:
        token = gone.token()
    with pytest.raises(UnavailableError):
        verifier(gone).verify(token)


@pytest.mark.parametrize(
    "wrong",
    [{"issuer": ""}, {"audience": ""}, {"algorithms": frozenset()}]
    + [{"algorithms": frozenset({name})} for name in ("none", "HS256", "HS512", "", "RS", "RS999", "ES521")],
)
def test_rules_that_would_let_anybody_in_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(MisconfiguredError):
        TokenRules(**{"issuer": ISSUER, "audience": CLIENT, **wrong})


SIGNING: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA")


def allowing(*algorithms: str) -> TokenRules:
    return TokenRules(issuer=ISSUER, audience=CLIENT, algorithms=frozenset(algorithms))


@pytest.mark.parametrize("algorithm", SIGNING)
def test_a_key_that_names_no_algorithm_verifies_by_every_allowed_one_of_its_kind(algorithm: str) -> None:
    with Issuer(algorithm, names_algorithm=False) as issuer:
        assert verifier(issuer, allowing(algorithm)).verify(issuer.token())
        assert verifier(issuer, allowing(*SIGNING)).verify(issuer.token())
        others = allowing(*(set(SIGNING) - {algorithm}))
        assert verifier(issuer, others).verify(issuer.token()) is None


@pytest.mark.parametrize("named", SIGNING)
def test_a_key_that_names_its_algorithm_verifies_by_no_other(named: str) -> None:
    with Issuer(named) as issuer:
        asked = verifier(issuer, allowing(*SIGNING))
        assert asked.verify(issuer.token())
        issuer.algorithm = {"RS256": "RS512", "PS256": "RS256"}.get(named, "PS256")
        key = issuer.keys["first"] if isinstance(issuer.keys["first"], RSAPrivateKey) else new_key()
        token = jwt.encode(claims(), key, issuer.algorithm, headers={"kid": "first"})
        assert asked.verify(token) is None


def test_a_key_without_an_algorithm_is_no_secret_and_no_key_of_another_kind() -> None:
    with Issuer(names_algorithm=False) as issuer:
        issuer.keys["second"] = new_key()
        asked = verifier(issuer, allowing(*SIGNING))
        assert asked.verify(issuer.token())
        table = forgeries(issuer)
        table["of a curve under the id of an RSA key"] = jwt.encode(
            claims(), key_for("ES256"), "ES256", headers={"kid": "second"}
        )
        table["of an edwards curve under the id of an RSA key"] = jwt.encode(
            claims(), key_for("EdDSA"), "EdDSA", headers={"kid": "second"}
        )
        accepted = {name for name, token in table.items() if asked.verify(token)}
        assert accepted == NOT_OF_THE_TOKEN | {"of an algorithm that is not allowed"}, "RS512 is allowed here"
