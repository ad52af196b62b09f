"""The issuer's keys: asked for when needed, never more often than is fit, and good for a while without the issuer."""

import json
from datetime import timedelta
from typing import Any, Final

import pytest
from jwt.algorithms import RSAAlgorithm

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.jwks import FRESH, PAUSE, HttpFetch, SigningKeys, read_keys
from ledgerboard_testkit.issuer import key_for, new_key, public_jwk
from ledgerboard_testkit.memory import FixedClock
from ledgerboard_testkit.polling import eventually

RS256: Final = frozenset({"RS256"})
DAY: Final = timedelta(days=1)
PUBLIC: Final = RSAAlgorithm.to_jwk(new_key().public_key(), as_dict=True)


def document(*key_ids: str, **more: Any) -> bytes:
    return json.dumps({"keys": [{**PUBLIC, "kid": key_id, **more} for key_id in key_ids]}).encode()


class MemoryIssuer:
    """Offers what a test says, and counts who asks."""

    def __init__(self) -> None:
        self.offered: bytes | None = document("first")
        self.fetches = 0

    def __call__(self) -> bytes:
        self.fetches += 1
        if self.offered is None:
            raise UnavailableError("down")
        return self.offered


class Scene:
    def __init__(self) -> None:
        self.issuer, self.clock = MemoryIssuer(), FixedClock()
        self.keys = SigningKeys(self.issuer, self.clock, algorithms=RS256, outage=DAY)

    def knows(self, key_id: str) -> bool:
        return self.keys.find(key_id, "RS256") is not None


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_keys_are_fetched_when_the_first_token_comes_and_not_for_every_token(scene: Scene) -> None:
    assert scene.issuer.fetches == 0
    assert all(scene.knows("first") for _ in range(10))
    assert scene.issuer.fetches == 1


def test_a_new_key_is_known_as_soon_as_a_token_names_it(scene: Scene) -> None:
    assert scene.knows("first")
    scene.issuer.offered = document("second")
    scene.clock.advance(PAUSE)
    assert scene.knows("second")
    assert not scene.knows("first")


def test_ids_that_nobody_knows_make_one_fetch_in_a_while_however_many_they_are(scene: Scene) -> None:
    assert scene.knows("first")
    scene.clock.advance(PAUSE)
    assert not any(scene.knows(f"junk{number}") for number in range(100))
    assert scene.issuer.fetches == 2


def test_a_key_that_was_withdrawn_goes_though_no_token_names_another(scene: Scene) -> None:
    assert scene.knows("first")
    scene.issuer.offered = document("second")
    scene.clock.advance(FRESH)
    assert scene.knows("first"), "the request itself does not wait for the issuer"
    eventually(lambda: not scene.knows("first"))


def test_while_the_issuer_is_down_its_last_keys_serve_for_the_time_that_is_set_and_no_longer(scene: Scene) -> None:
    assert scene.knows("first")
    scene.issuer.offered = None
    scene.clock.advance(DAY)
    assert scene.knows("first")
    eventually(lambda: scene.issuer.fetches == 2)
    scene.clock.advance(timedelta(seconds=1) + PAUSE)
    with pytest.raises(UnavailableError):
        scene.knows("first")
    scene.issuer.offered = document("first")
    scene.clock.advance(PAUSE)
    assert scene.knows("first")


def test_an_issuer_that_never_answered_makes_nobody_valid_and_nobody_invalid(scene: Scene) -> None:
    scene.issuer.offered = None
    for _ in range(5):
        with pytest.raises(UnavailableError):
            scene.knows("first")
    assert scene.issuer.fetches == 1


@pytest.mark.parametrize(
    "offered",
    [b"", b"{}", b"[]", b"nonsense", b'{"keys": []}', b'{"keys": 7}', b'{"keys": ["x"]}', b"\xff", b"[" * 99999],
)
def test_what_is_no_set_of_keys_never_replaces_one(scene: Scene, offered: bytes) -> None:
    assert scene.knows("first")
    scene.issuer.offered = offered
    scene.clock.advance(PAUSE)
    assert not scene.knows("second")
    assert scene.knows("first")


def test_keys_of_other_kinds_are_left_out() -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "shared", "alg": "HS256"}
    broken = {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "broken"}
    listed = json.loads(document("good"))["keys"]
    others = (
        json.loads(document("for-sealing", use="enc"))["keys"] + json.loads(document("longer", alg="RS512"))["keys"]
    )
    said: tuple[dict[str, Any], ...] = ({"alg": []}, {"alg": {}}, {"alg": None}, {"use": []})
    odd = [{**PUBLIC, "kid": f"odd{place}", **more} for place, more in enumerate(said)]
    odd.append({"kty": "EC", "crv": [], "x": "AQAB", "y": "AQAB", "kid": "curved"})
    offered = json.dumps({"keys": [secret, broken, {"kid": "bare"}, *odd, *others, *listed]}).encode()
    assert set(read_keys(offered, RS256)) == {"good"}
    assert set(read_keys(offered, RS256 | {"ES256"})) == {"good"}


@pytest.mark.parametrize("allowed", [{"RS512"}, {"PS256"}, {"RS256", "RS512", "PS384"}])
def test_a_key_that_names_no_algorithm_is_for_all_that_are_allowed_and_sign_with_its_kind(allowed: set[str]) -> None:
    keys = read_keys(document("first"), frozenset(allowed | {"ES256", "EdDSA"}))
    assert {name: key.algorithm_name for name, key in keys["first"].items()} == {name: name for name in allowed}


def test_a_key_that_names_its_algorithm_is_for_no_other() -> None:
    keys = read_keys(document("first", alg="PS256"), frozenset({"RS256", "PS256", "PS512"}))
    assert set(keys["first"]) == {"PS256"}


def test_keys_of_one_id_and_several_kinds_serve_each_for_its_own() -> None:
    curved = {**public_jwk(key_for("ES256")), "kid": "first"}
    offered = json.dumps({"keys": [*json.loads(document("first"))["keys"], curved]}).encode()
    keys = read_keys(offered, frozenset({"RS256", "ES256"}))
    assert {name: key.key_type for name, key in keys["first"].items()} == {"RS256": "RSA", "ES256": "EC"}


def test_a_key_whose_private_half_is_published_verifies_nothing() -> None:
    published = {**RSAAlgorithm.to_jwk(new_key(), as_dict=True), "kid": "published"}
    published.pop("key_ops")
    offered = json.dumps({"keys": [published, *json.loads(document("good"))["keys"]]}).encode()
    assert set(read_keys(offered, RS256)) == {"good"}


@pytest.mark.parametrize("url", ["https://issuer.test/jwks", "http://127.0.0.1:1/jwks", "http://localhost/jwks"])
def test_keys_come_by_https_or_from_this_machine(url: str) -> None:
    HttpFetch(url)


@pytest.mark.parametrize(
    "url", ["http://issuer.test/jwks", "file:///etc/passwd", "ftp://issuer.test", "issuer.test", ""]
)
def test_keys_come_from_nowhere_else(url: str) -> None:
    with pytest.raises(MisconfiguredError):
        HttpFetch(url)


def test_a_closed_network_may_be_trusted_by_setting() -> None:
    HttpFetch("http://stand-in:4566/jwks", allow_http=True)
    with pytest.raises(MisconfiguredError):
        HttpFetch("ftp://stand-in:4566/jwks", allow_http=True)
