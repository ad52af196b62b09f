"""Keep answered pages of standings, and answer them again without Flask while they are still true.

What is kept is what Flask answered, byte for byte, under the path and query of the request, together with the top that
it was made of. It is answered again only while the boards would make the page of the very same top, of the same
generation, in the same period, and only to who may read every board. Everything else - an error, another route, a page
that changed, a caller without credentials where reads are closed - goes on to Flask.

HEAD is asked and answered as GET, and only its body is left out (RFC 9110, section 9.3.2): its tag is that of the page.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import BoardOptions, View
from ledgerboard_gateway.hot_boards import HotRead
from ledgerboard_gateway.http.requests import ROUTE, route_of
from ledgerboard_gateway.http.validators import CACHE_CONTROL, Headers, entity_tag, is_known, without_content
from ledgerboard_infra.clock import Clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

PAGES: Final = frozenset(
    {
        "/v1/boards/<board>/standings",
        "/v1/boards/<board>/standings/last",
        "/v1/boards/<board>/standings/by-score",
        "/<leaderboard>",
    }
)
"""The routes that make one read of one view, and whose answers depend on that and on the board's definition alone."""

CAPACITY: Final = 1_000
"""How many pages are kept. One of a hundred rows has some 12 KB."""

_MAX_QUERY_LENGTH: Final = 128
_ENDLESS: Final = datetime.max.replace(tzinfo=UTC)


class Boards(Protocol):
    """The live boards, which note what a thread reads."""

    def watch(self) -> None:
        """Begin to note."""
        ...

    def seen(self) -> HotRead | None:
        """What was read from a hot top since, or None."""
        ...

    def kept(self, view: View, options: BoardOptions) -> CachedTop | None:
        """The top of now if it is at hand."""
        ...


class Readers(Protocol):
    """Who may read."""

    def reads_all(self, environ: dict[str, Any]) -> bool:
        """Whether whoever asks may read every board."""
        ...


class Lives(Protocol):
    """What is live of the boards."""

    def holds(self, view: View, options: BoardOptions) -> bool:
        """Whether a read of now would be of this view and by these options."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, what it was made of, and when its period gives way to another."""

    route: str
    headers: Headers
    body: bytes
    etag: str
    read: HotRead
    ends_at: datetime


class HotPages:
    """Wraps a WSGI application. Thread-safe and bounded: what was kept first is forgotten first."""

    def __init__(
        self,
        inner: "WSGIApplication",
        boards: Boards,
        lives: Lives,
        readers: Readers,
        clock: Clock,
        *,
        capacity: int = CAPACITY,
    ) -> None:
        self._inner = inner
        self._boards = boards
        self._lives = lives
        self._readers = readers
        self._clock = clock
        self._capacity = capacity
        self._pages: dict[tuple[str, str], Page] = {}
        self._keeping = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"} or not self._readers.reads_all(environ):
            return self._inner(environ, start_response)
        if method == "GET":
            return self._get(environ, start_response)
        environ["REQUEST_METHOD"] = "GET"
        try:
            _joined(self._get(environ, start_response))
        finally:
            environ["REQUEST_METHOD"] = method
        return [b""]

    def _get(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        page = self._pages.get((environ["PATH_INFO"], environ["QUERY_STRING"]))
        if page is None or not self._holds(page):
            return self._ask(environ, start_response)
        environ[ROUTE] = page.route
        return _answer(environ, start_response, page.headers, page.body, page.etag)

    def _holds(self, page: Page) -> bool:
        """Whether Flask would answer the same. Asks nobody, and compares tops by what tells them apart."""
        read = page.read
        now = self._boards.kept(read.view, read.options)
        if now is None or now.version != read.top.version or now.total != read.top.total:
            return False
        return self._lives.holds(read.view, read.options) and self._clock.now() < page.ends_at

    def _ask(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        answered: list[Any] = []

        def start(status: str, headers: Headers, error: Any = None) -> Callable[[bytes], object]:
            environ[ROUTE] = route_of(environ)
            answered[:] = status, headers, error
            return _refuse_to_write

        asked_at = self._clock.now()
        self._boards.watch()
        body = _joined(self._inner(environ, start))
        status, headers, error = answered
        route = environ[ROUTE]
        if route not in PAGES or not status.startswith("200 "):
            start_response(status, headers, error)
            return [body]
        etag = entity_tag(body)
        headers = [*headers, ("ETag", etag), ("Cache-Control", CACHE_CONTROL)]
        self._keep(environ, asked_at, (route, headers, body, etag))
        return _answer(environ, start_response, headers, body, etag)

    def _keep(self, environ: dict[str, Any], asked_at: datetime, answer: tuple[str, Headers, bytes, str]) -> None:
        """Keep the answer if it came from a hot top of what is still live."""
        read, query = self._boards.seen(), environ["QUERY_STRING"]
        if read is None or len(query) > _MAX_QUERY_LENGTH or not self._lives.holds(read.view, read.options):
            return
        page = Page(*answer, read, _ends_at(read, asked_at))
        with self._keeping:  # To look for the oldest while another thread adds one is an error.
            self._pages[environ["PATH_INFO"], query] = page
            if len(self._pages) > self._capacity:
                del self._pages[next(iter(self._pages))]


def _ends_at(read: HotRead, asked_at: datetime) -> datetime:
    """The first moment at which the same words may mean another period, or the view is let go."""
    span, seasons = read.view.span, read.options.seasons
    bounds = [span.start, span.end, span.expires_at]
    bounds += [bound for season in seasons for bound in (season.start, season.end)]
    return min((bound for bound in bounds if bound is not None and bound > asked_at), default=_ENDLESS)


def _answer(
    environ: dict[str, Any], start_response: "StartResponse", headers: Headers, body: bytes, etag: str
) -> Iterable[bytes]:
    if is_known(environ, etag):
        start_response("304 NOT MODIFIED", without_content(headers))
        return [b""]
    start_response("200 OK", headers.copy())
    return [body]


def _joined(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()


def _refuse_to_write(_part: bytes) -> None:
    raise TypeError("a page is answered in one piece")
