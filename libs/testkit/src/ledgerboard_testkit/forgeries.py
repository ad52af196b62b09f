"""Tokens that are not good, each by what is wrong with it. Every one but the junk would be good but for that."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledgerboard_testkit.issuer import ISSUER, Issuer, claims, encoded, new_key

_ACCESS: Final = {"token_use": "access"}


def forgeries(issuer: Issuer) -> dict[str, str]:
    """The table, for an issuer that has the keys ``first`` and ``second`` and signs with the latter."""
    return {
        **_of_other_keys(issuer),
        **{name: issuer.token(said) for name, said in _claims().items()},
        **_junk(issuer),
    }


def _claims() -> dict[str, dict[str, Any]]:
    """Claims that the issuer itself might sign, for others or for other times."""
    now, hour = datetime.now(UTC), timedelta(hours=1)
    return {
        "of another audience": claims(aud="another-client"),
        "of several other audiences": claims(aud=["another-client", "a-third"]),
        "without an audience": claims(aud=None),
        "of another issuer": claims(iss="https://evil.test/pool"),
        "of another pool of the issuer": claims(iss=f"{ISSUER}2"),
        "without an issuer": claims(iss=None),
        "an access token": claims(**_ACCESS, aud=None, client_id="the-client", username="ada"),
        "an access token with an audience": claims(**_ACCESS),
        "without a use": claims(token_use=None),
        "expired": claims(exp=now - timedelta(minutes=1)),
        "not valid yet": claims(nbf=now + hour),
        "issued in the future": claims(iat=now + hour, exp=now + 2 * hour),
        "without an end": claims(exp=None),
        "without a beginning": claims(iat=None),
        "ending at no time": claims(exp="tomorrow"),
        "ending after all time": claims(exp=10**18),
        "of nobody": claims(**{"cognito:username": None}),
        "of a number": claims(**{"cognito:username": 7}),
        "of an empty name": claims(**{"cognito:username": ""}),
    }


def _of_other_keys(issuer: Issuer) -> dict[str, str]:
    said = claims()
    public = issuer.keys["second"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    good = issuer.token(said)
    head, body, signature = good.split(".")
    return {
        "unsigned": jwt.encode(said, "", "none", headers={"kid": "second"}),
        "unsigned, in capitals": f"{encoded({'alg': 'NONE', 'kid': 'second'})}.{body}.",
        "stripped of its signature": f"{head}.{body}.",
        "signed with the public key as a secret": _hs256(said, pem, "second"),
        "signed with the set of keys as a secret": _hs256(said, issuer.jwks(), "second"),
        "of another key under a known id": jwt.encode(said, new_key(), "RS256", headers={"kid": "second"}),
        "under the id of another of the keys": issuer.token(said, key_id="second", kid="first"),
        "under an unknown id": issuer.token(said, key_id="second", kid="third"),
        "under no id": jwt.encode(said, issuer.keys["second"], "RS256"),
        "bringing its own key": _with_own_key(said),
        "of an algorithm that is not allowed": jwt.encode(
            said, issuer.keys["second"], "RS512", headers={"kid": "second"}
        ),
        "changed after it was signed": f"{head}.{issuer.token(claims('eve')).split('.')[1]}.{signature}",
    }


def _with_own_key(said: dict[str, Any]) -> str:
    """Its header tells where its key is, and what it is."""
    own = new_key()
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key(), as_dict=True)
    headers = {"kid": "second", "jwk": jwk, "jku": "https://evil.test/jwks.json"}
    return jwt.encode(said, own, "RS256", headers=headers)


def _hs256(said: dict[str, Any], secret: bytes, key_id: str) -> str:
    """By hand: PyJWT itself refuses to make such a thing."""
    whole = {name: int(each.timestamp()) if isinstance(each, datetime) else each for name, each in said.items()}
    signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': key_id})}.{encoded(whole)}"
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), sha256).digest())}"


def _junk(issuer: Issuer) -> dict[str, str]:
    head, body, signature = issuer.token().split(".")
    return {
        "a word": "junk",
        "dots": "..",
        "four parts": f"{head}.{body}.{signature}.{signature}",
        "two parts": f"{head}.{body}",
        "a header that is no JSON": f"{encoded(b'{')}.{body}.{signature}",
        "a header that is a list": f"{encoded(b'[]')}.{body}.{signature}",
        "a body that is a list": f"{head}.{encoded(b'[]')}.{signature}",
        "a deep header": f"{encoded(b'[' * 9000)}.{body}.{signature}",
        "an id that is no text": f"{encoded({'alg': 'RS256', 'kid': 7})}.{body}.{signature}",
        "an id that is long": issuer.token(key_id="second", kid="k" * 5000),
        "a token that is too long": issuer.token(claims(more="x" * 20_000)),
        "not ASCII": f"{head}.{body}.\u00e9",
    }
