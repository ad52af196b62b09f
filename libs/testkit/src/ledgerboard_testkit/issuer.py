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
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER: Final = "https://issuer.test/pool"
CLIENT: Final = "the-client"
_KEY_BITS: Final = 2048


def new_key() -> rsa.RSAPrivateKey:
    """A key pair."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


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
    """A real HTTP server on loopback. ``fetches`` counts who asked for its keys; while ``down`` it answers 500."""

    def __init__(self) -> None:
        self.keys = {"first": new_key()}
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
        self.keys = {key_id: new_key()}

    def token(self, said: Mapping[str, Any] | None = None, *, key_id: str | None = None, **headers: Any) -> str:
        """A token with those claims, signed with its last key, or another of its own."""
        key_id = key_id or next(reversed(self.keys))
        told = {"kid": key_id, **headers}
        return jwt.encode(dict(claims() if said is None else said), self.keys[key_id], "RS256", headers=told)

    def jwks(self) -> bytes:
        """Its public keys."""
        listed = [
            {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig", "alg": "RS256"}
            for key_id, key in self.keys.items()
        ]
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
