"""Refuse what no route can take for what it says: a wrong ``Host``, a broken percent-encoding.

HTTP/1.1 wants one ``Host`` (RFC 9112, section 3.2), and a proxy that reads another one than we do, or decodes another
text, lets a request pass that it should have held. It is plain WSGI around everything that answers.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from ledgerboard_gateway.http.problems import ProblemError, ProblemType, invalid, respond
from ledgerboard_gateway.serving.environs import REFUSAL, Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

RAW_PATH: Final = "RAW_URI"
"""Where `environ_of` leaves the path as it came, with its percent-encoding."""

_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]{0,5})?\Z")
_BROKEN: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_OLD: Final = frozenset({"HTTP/1.0", "HTTP/1"})
"""As servers name the version whose requests may have no ``Host``."""


class RequestChecks:
    """Wraps a WSGI application."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        problem = _refusal(environ)
        if problem is None:
            return self._inner(environ, start_response)
        return respond(problem)(environ, start_response)


def _refusal(environ: dict[str, Any]) -> ProblemError | None:
    if environ.get(REFUSAL) is Refusal.OVERLOADED:
        return ProblemError(
            ProblemType.UNAVAILABLE, "More requests are at work than this gateway may have. Nothing was done."
        )
    host = environ.get("HTTP_HOST", "")
    if not _HOST.match(host) and (host or environ["SERVER_PROTOCOL"] not in _OLD):
        return invalid("Host", "must be one host, with or without a port")
    if _BROKEN.search(environ.get(RAW_PATH, "").partition("?")[0]):
        return invalid("path", "has a broken percent-encoding")
    query = environ["QUERY_STRING"]
    return None if "%" not in query and query.isascii() else _refusal_of_query(query)


def _refusal_of_query(query: str) -> ProblemError | None:
    """The problem that names the first parameter whose text is broken, or None."""
    for pair in query.split("&"):
        name = pair.partition("=")[0]
        if _BROKEN.search(pair):
            return invalid(_shown(name), "has a broken percent-encoding")
        if not _is_utf8(unquote_to_bytes(pair.encode("latin-1"))):
            return invalid(_shown(name), "is not valid UTF-8")
    return None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(name: str) -> str:
    return unquote_to_bytes(name.encode("latin-1")).decode(errors="replace")[:64] or "query"
