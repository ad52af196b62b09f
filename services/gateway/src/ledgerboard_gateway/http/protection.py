"""What every answer carries to protect its reader, and which other sites' pages may ask (CORS, Fetch standard, 3.2).

It is plain WSGI around everything that answers, so that kept pages, quick reads and refusals are protected alike; what
stands further in never sees an origin, and so keeps one answer for all of them. The headers are those that OWASP's REST
cheat sheet asks of an API.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

ANY_ORIGIN: Final = "*"

Headers = list[tuple[str, str]]

_ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)
_NOTHING_ACTIVE: Final = ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
_UNKEPT: Final = ("Cache-Control", "no-store")
_PREFLIGHT_SECONDS: Final = "600"
_METHODS: Final = "GET, HEAD, POST, PUT, DELETE"
_ASKED_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer, X-Request-ID"
_EXPOSED_HEADERS: Final = (
    "ETag, Idempotency-Replayed, Ledgerboard-Source, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, "
    "X-Request-ID"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``origins`` whose pages may read answers, `ANY_ORIGIN` for all; for how long browsers insist on TLS, 0: not."""

    origins: frozenset[str] = field(default_factory=frozenset)
    hsts_seconds: int = 0

    def allowed(self, origin: str) -> str | None:
        """What tells a page of ``origin`` that it may read, or None where it may not."""
        if ANY_ORIGIN in self.origins:
            return ANY_ORIGIN
        return origin if origin in self.origins else None


class Protection:
    """Wraps a WSGI application. No cookie ever says who asks, so origins need no credentials."""

    def __init__(self, inner: "WSGIApplication", policy: Policy) -> None:
        self._inner = inner
        self._policy = policy
        tls = ("Strict-Transport-Security", f"max-age={policy.hsts_seconds}; includeSubDomains")
        self._always: Sequence[tuple[str, str]] = (*_ALWAYS, tls) if policy.hsts_seconds else _ALWAYS

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        if self._is_preflight(environ):
            start_response("204 NO CONTENT", [*self._always, *self._preflight(environ)])
            return [b""]

        def start(status: str, headers: Headers, error: Any = None) -> Callable[[bytes], object]:
            headers.extend(self._always)
            names = {name.lower() for name, _ in headers}
            if "content-security-policy" not in names:
                headers.append(_NOTHING_ACTIVE)
            if "HTTP_AUTHORIZATION" in environ and "cache-control" not in names:
                headers.append(_UNKEPT)
            if self._policy.origins:
                headers.extend(self._for_origin(environ))
            return start_response(status, headers, error)

        return self._inner(environ, start)

    def _is_preflight(self, environ: dict[str, Any]) -> bool:
        if environ["REQUEST_METHOD"] != "OPTIONS" or not self._policy.origins:
            return False
        return "HTTP_ORIGIN" in environ and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ

    def _preflight(self, environ: dict[str, Any]) -> Headers:
        """Which requests a page may make; the methods of a route are no secret, its refusals tell them."""
        headers = self._for_origin(environ)
        if len(headers) == 1:
            return headers
        return [
            *headers,
            ("Access-Control-Allow-Methods", _METHODS),
            ("Access-Control-Allow-Headers", _ASKED_HEADERS),
            ("Access-Control-Max-Age", _PREFLIGHT_SECONDS),
        ]

    def _for_origin(self, environ: dict[str, Any]) -> Headers:
        """A cache must know that the answer depends on who asks, also where nobody did."""
        allowed = self._policy.allowed(environ.get("HTTP_ORIGIN", ""))
        if allowed == ANY_ORIGIN:
            return [("Access-Control-Allow-Origin", allowed), ("Access-Control-Expose-Headers", _EXPOSED_HEADERS)]
        varies = ("Vary", "Origin")
        if allowed is None:
            return [varies]
        return [
            varies,
            ("Access-Control-Allow-Origin", allowed),
            ("Access-Control-Expose-Headers", _EXPOSED_HEADERS),
        ]
