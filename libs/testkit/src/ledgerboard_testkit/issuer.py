"""An OpenID Connect issuer of the tests' own: signs with its keys, changes them, goes down, and comes back."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER: Final = "https://issuer.test/pool"
CLIENT: Final = "the-client"
_KEY_BITS: Final = 2048

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey

CURVES: Final[Mapping[str, type[ec.EllipticCurve]]] = {
    "ES256": ec.SECP256R1,
    "ES384": ec.SECP384R1,
    "ES512": ec.SECP521R1,
    "ES256K": ec.SECP256K1,
}
"""The curve of each algorithm that signs on one (RFC 7518, 3.4, and RFC 8812, 3.2)."""


def new_key() -> rsa.RSAPrivateKey:
    """A key pair."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def key_for(algorithm: str) -> PrivateKey:
    """A key pair with which that algorithm signs."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES[algorithm]()) if algorithm in CURVES else new_key()


def public_jwk(key: PrivateKey) -> dict[str, Any]:
    """The public half, as a set of keys lists it: without an id, a use or an algorithm."""
    match key:
        case rsa.RSAPrivateKey():
            return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        case ec.EllipticCurvePrivateKey():
            return ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        case _:
            return OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)


def claims(name: str = "ada", /, **more: Any) -> dict[str, Any]:
    """What a good id token says now. A claim that is given as None is left out."""
    now = datetime.now(UTC)
    said = {
        "iss": ISSUER,
        "aud": CLIENT,
        "token_use": "id",
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "cognito:username": name,
        "cognito:groups": ["players"],
    }
    return {claim: value for claim, value in {**said, **more}.items() if value is not None}


def encoded(part: Mapping[str, Any] | bytes) -> str:
    """A part of a token, as tokens have it."""
    return urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).rstrip(b"=").decode()


class Issuer:
    """A real HTTP server on loopback. ``fetches`` counts who asked for its keys; while ``down`` it answers 500.

    It signs by ``algorithm``, which its set of keys names only if ``names_algorithm``.
    """

    def __init__(self, algorithm: str = "RS256", *, names_algorithm: bool = True) -> None:
        self.algorithm = algorithm
        self.names_algorithm = names_algorithm
        self.keys = {"first": key_for(algorithm)}
        self.fetches = 0
        self.down = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def jwks_url(self) -> str:
        """Where its keys are."""
        return f"http://127.0.0.1:{self._server.server_port}/pool/.well-known/jwks.json"

    def rotate(self, key_id: str) -> None:
        """Sign with another key from now on, and offer the old one no longer."""
        self.keys = {key_id: key_for(self.algorithm)}

    def token(self, said: Mapping[str, Any] | None = None, *, key_id: str | None = None, **headers: Any) -> str:
        """A token with those claims, signed with its last key, or another of its own."""
        key_id = key_id or next(reversed(self.keys))
        told = {"kid": key_id, **headers}
        return jwt.encode(dict(claims() if said is None else said), self.keys[key_id], self.algorithm, headers=told)

    def jwks(self) -> bytes:
        """Its public keys."""
        named = {"use": "sig", "alg": self.algorithm} if self.names_algorithm else {"use": "sig"}
        listed = [{**public_jwk(key), "kid": key_id, **named} for key_id, key in self.keys.items()]
        return json.dumps({"keys": listed}).encode()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.fetches += 1
                body = b"" if issuer.down else issuer.jwks()
                self.send_response(HTTPStatus.INTERNAL_SERVER_ERROR if issuer.down else HTTPStatus.OK)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
