"""The public keys of an issuer: fetched when first needed, kept, and asked for again when a token names an unknown one.

So an issuer may change its keys at any time, and nobody restarts anything. What a stranger sends cannot make us hammer
the issuer: between two fetches lies a least time, whoever asks. While the issuer is down its last keys serve on.

A key serves for an algorithm, never by itself: the algorithm is one that we allow, the key is of the kind that this
algorithm signs with, and where the issuer names an algorithm for the key, it is that one. So no token can choose how
its signature is read (RFC 8725, 3.1).
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import jwt
import urllib3

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import get_logger

FETCH_SECONDS: Final = 3.0
"""Bound of one fetch. At most one request at a time fetches."""

WAIT_SECONDS: Final = 1.0
"""How long another request waits for that one, so that an issuer that hangs cannot take every thread."""

PAUSE: Final = timedelta(seconds=5)
"""Least time between two fetches."""

FRESH: Final = timedelta(minutes=10)
"""Keys as old as this are fetched again beside the request that needs one, so that a withdrawn key goes."""

MAX_BYTES: Final = 256 * 1024
_CHUNK_BYTES: Final = 16 * 1024

_ANY: Final = frozenset({None})
_RSA: Final = ("RSA", _ANY)

SIGNS_WITH: Final[Mapping[str, tuple[str, frozenset[str | None]]]] = {
    "RS256": _RSA,
    "RS384": _RSA,
    "RS512": _RSA,
    "PS256": _RSA,
    "PS384": _RSA,
    "PS512": _RSA,
    "ES256": ("EC", frozenset({"P-256"})),
    "ES384": ("EC", frozenset({"P-384"})),
    "ES512": ("EC", frozenset({"P-521"})),
    "ES256K": ("EC", frozenset({"secp256k1"})),
    "EdDSA": ("OKP", frozenset({"Ed25519", "Ed448"})),
}
"""The kind of key (``kty``) and the curves (``crv``) of each algorithm: RFC 7518, 3.1; RFC 8812, 3.2; RFC 8037, 3.1."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_log = get_logger(__name__)


class Fetch(Protocol):
    """Brings the document at the issuer's address. Raises `UnavailableError`."""

    def __call__(self) -> bytes:
        """The document."""
        ...


Keys = Mapping[str, Mapping[str, jwt.PyJWK]]
"""Keys by their id, and each by the algorithms that it verifies."""


@dataclass(frozen=True, slots=True)
class _Known:
    keys: Keys
    fetched_at: datetime


class SigningKeys:
    """The keys by their id. Thread-safe. ``outage`` is how long keys serve that could not be fetched again."""

    def __init__(self, fetch: Fetch, clock: Clock, *, algorithms: frozenset[str], outage: timedelta) -> None:
        self._fetch = fetch
        self._clock = clock
        self._algorithms = algorithms
        self._outage = outage
        self._fetching = threading.Lock()
        self._known: _Known | None = None
        self._tried_at: datetime | None = None

    def find(self, key_id: str, algorithm: str) -> jwt.PyJWK | None:
        """The key of that id for that algorithm, or None.

        Raises `UnavailableError` where no keys are known that may still be used.
        """
        known = self._usable()
        if known is not None and key_id in known.keys:
            if self._clock.now() - known.fetched_at >= FRESH and self._due():
                threading.Thread(target=self._renew, name="jwks", daemon=True).start()
            return known.keys[key_id].get(algorithm)
        self._renew()
        known = self._usable()
        if known is None:
            raise UnavailableError("the issuer's keys cannot be fetched")
        return known.keys.get(key_id, {}).get(algorithm)

    def _usable(self) -> _Known | None:
        known = self._known
        return known if known is not None and self._clock.now() - known.fetched_at <= self._outage else None

    def _due(self) -> bool:
        return self._tried_at is None or self._clock.now() - self._tried_at >= PAUSE

    def _renew(self) -> None:
        """Fetch, unless that was tried a moment ago; whoever comes meanwhile waits a little for the same fetch."""
        if not self._fetching.acquire(timeout=WAIT_SECONDS):
            return
        try:
            if self._due():
                self._tried_at = self._clock.now()
                self._replace()
        finally:
            self._fetching.release()

    def _replace(self) -> None:
        try:
            keys = read_keys(self._fetch(), self._algorithms)
        except UnavailableError as error:
            _log.warning("the issuer's keys could not be fetched", error=str(error))
            return
        self._known = _Known(keys, self._clock.now())


def read_keys(document: bytes, algorithms: frozenset[str]) -> Keys:
    """The keys of a JWKS that may verify tokens. Raises `UnavailableError` where it holds none: it is not the issuer's.

    A key that cannot be read, or is for something else, is left out: an issuer may offer what we do not know. A key
    that names no algorithm is for all of ``algorithms`` that sign with its kind (``alg`` is optional: RFC 7517, 4.4).
    """
    try:
        listed = [each for each in json.loads(document)["keys"] if isinstance(each, dict)]
        keys: defaultdict[str, dict[str, jwt.PyJWK]] = defaultdict(dict)
        for each in listed:
            if verifying := _verifying_keys(each, algorithms):
                keys[each["kid"]].update(verifying)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnavailableError("the issuer's answer is not a set of keys") from error
    if not keys:
        raise UnavailableError("the issuer offers no key of an allowed algorithm")
    return dict(keys)


def _verifying_keys(each: Mapping[str, Any], algorithms: frozenset[str]) -> dict[str, jwt.PyJWK]:
    """What one listed key verifies, by algorithm. A key whose private half is published verifies nothing."""
    if not isinstance(each.get("kid"), str) or each.get("use", "sig") != "sig" or "d" in each:
        return {}
    try:
        named = algorithms & {each["alg"]} if "alg" in each else algorithms
        fitting = [algorithm for algorithm in sorted(named) if _is_of_kind(each, algorithm)]
        return {algorithm: jwt.PyJWK(dict(each), algorithm) for algorithm in fitting}
    except (jwt.PyJWTError, ValueError, TypeError):
        return {}


def _is_of_kind(each: Mapping[str, Any], algorithm: str) -> bool:
    kind, curves = SIGNS_WITH.get(algorithm, ("", _ANY))
    return each.get("kty") == kind and (curves is _ANY or each.get("crv") in curves)


class HttpFetch:
    """Gets a document over HTTPS, bounded in time and size, and follows nowhere.

    Over plain HTTP from loopback only, unless ``allow_http`` says that the network between is trusted.
    """

    def __init__(self, url: str, *, allow_http: bool = False) -> None:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and (allow_http or parts.hostname in _LOOPBACK)
        if not parts.hostname or not (parts.scheme == "https" or plain):
            raise MisconfiguredError(f"keys are fetched by https, or from this machine: not from {url}")
        self._url = url
        timeout = urllib3.Timeout(connect=FETCH_SECONDS / 2, read=FETCH_SECONDS / 2)
        self._pool = urllib3.PoolManager(maxsize=1, retries=False, timeout=timeout)

    def __call__(self) -> bytes:
        """The document. Raises `UnavailableError`."""
        deadline = time.monotonic() + FETCH_SECONDS
        try:
            answer = self._pool.request("GET", self._url, redirect=False, preload_content=False)
            try:
                return _read(answer, deadline)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            raise UnavailableError(f"no answer from {self._url}: {type(error).__name__}") from error


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    if answer.status != 200:  # noqa: PLR2004 -- the one status that carries the document.
        raise UnavailableError(f"the issuer answered {answer.status}")
    body = b""
    for chunk in answer.stream(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_BYTES or time.monotonic() > deadline:
            raise UnavailableError("the issuer's answer is too long, or comes too slowly")
    return body
