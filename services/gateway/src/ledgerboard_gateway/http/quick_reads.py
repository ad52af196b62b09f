"""Answer where one player stands, the read that is asked most, without Flask's part in it.

Of what such a read costs, routing and Flask's contexts are a third. So this layer calls the very view that Flask would
call, with a query that Flask has parsed before. Whatever it is not sure of - another route, a name beyond ASCII, a
query seen for the first time, anything that goes wrong - goes on to Flask, which answers as if nothing stood before it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from flask import Response

from ledgerboard_gateway.http import hot_pages
from ledgerboard_gateway.http.problems import ProblemError, respond
from ledgerboard_gateway.http.requests import QUERY, ROUTE
from ledgerboard_gateway.recently_used import RecentlyUsed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

STANDING: Final = "/v1/boards/<board>/players/<player>"
CAPACITY: Final = 512
"""How many parsed queries are kept, those that were used last. A board has some dozens: periods, levels, rankings."""

_PATH: Final = re.compile(r"/v1/boards/([^/]+)/players/([^/]+)", re.ASCII)
_MAX_QUERY_LENGTH: Final = 128

View = Callable[[Mapping[str, Any], str, str], Response]


class Readers(hot_pages.Readers, Protocol):
    """Who may read, and how often."""

    def count_read(self, environ: dict[str, Any]) -> None:
        """Take note of a read. Raises the 429 problem where it is one too many."""
        ...


class QuickReads:
    """Wraps a WSGI application. Thread-safe and bounded.

    ``view`` is that of `STANDING`: it takes the parsed query, the board and the player.
    """

    def __init__(self, inner: "WSGIApplication", view: View, readers: Readers) -> None:
        self._inner = inner
        self._view = view
        self._readers = readers
        self._queries: RecentlyUsed[str, Mapping[str, Any]] = RecentlyUsed(CAPACITY)

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        path = environ["PATH_INFO"]
        match = _PATH.fullmatch(path) if environ["REQUEST_METHOD"] == "GET" and path.isascii() else None
        if match is None or not self._readers.reads_all(environ):
            return self._inner(environ, start_response)
        query = self._queries.get(environ["QUERY_STRING"])
        if query is None:
            return self._learn(environ, start_response)
        try:
            self._readers.count_read(environ)
            response = self._view(query, match[1], match[2])
        except ProblemError as problem:
            response = respond(problem)
        except Exception:  # noqa: BLE001 -- Flask reads again, and knows what to answer where that fails too.
            return self._inner(environ, start_response)
        environ[ROUTE] = STANDING
        return response(environ, start_response)

    def _learn(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Let Flask answer, and keep what it read in the query if that was sound."""
        parts = self._inner(environ, start_response)
        query, text = environ.get(QUERY), environ["QUERY_STRING"]
        if query is not None and len(text) <= _MAX_QUERY_LENGTH:
            self._queries.put(text, query)
        return parts
