"""One board behind `HotPages`, in front of an application that counts how often it is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import ALL_TIME, BoardOptions, Span, View
from ledgerboard_gateway.hot_boards import HotRead
from ledgerboard_gateway.http.hot_pages import HotPages
from ledgerboard_gateway.http.requests import ROUTE
from ledgerboard_testkit.memory import FixedClock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

OPTIONS = BoardOptions()


@dataclass
class Answer:
    """What a client gets."""

    status: int
    headers: dict[str, str]
    body: bytes


class Scene:
    """A board whose newest top, generation and answer a test may change."""

    def __init__(self, span: Span = ALL_TIME, options: BoardOptions = OPTIONS, *, capacity: int = 10) -> None:
        self.options, self.view = options, View("race", span)
        self.newest = CachedTop(1, b"[]", 7)
        self.reads_are_public = True
        self.at_hand, self.is_hot, self.is_live = True, True, True
        self.status, self.route = "200 OK", "/v1/boards/<board>/standings"
        self.asked = 0
        self.clock = FixedClock()
        self.pages = HotPages(self.application, self, self, self, self.clock, capacity=capacity)

    def reads_all(self, environ: dict[str, Any]) -> bool:
        return self.reads_are_public or "HTTP_AUTHORIZATION" in environ

    def watch(self) -> None: ...

    def seen(self) -> HotRead | None:
        return HotRead(self.view, self.options, self.newest) if self.is_hot else None

    def kept(self, _view: View, _options: BoardOptions) -> CachedTop | None:
        return self.newest if self.at_hand else None

    def holds(self, view: View, options: BoardOptions) -> bool:
        return self.is_live and view == self.view and options is self.options

    def application(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        self.asked += 1
        environ[ROUTE] = self.route
        start_response(self.status, [("Content-Type", "application/json")])
        return [b"%d of %d" % (self.newest.version, self.newest.total)]

    def get(self, query: str = "", *, method: str = "GET", **environ: str) -> Answer:
        told: list[Any] = []
        request = {"REQUEST_METHOD": method, "PATH_INFO": "/race", "QUERY_STRING": query, **environ}
        body = b"".join(self.pages(request, lambda status, headers, _=None: told.extend((status, headers))))  # type: ignore[arg-type]
        return Answer(int(told[0][:3]), dict(told[1]), body)
