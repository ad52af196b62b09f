"""What `QuickReads` answers is what Flask answers, byte for byte."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import pytest
from werkzeug.test import Client, TestResponse

from ledgerboard_contracts import DEFAULT_OPTIONS
from ledgerboard_gateway.http.quick_reads import CAPACITY, QuickReads
from ledgerboard_gateway.http.requests import REQUEST_ID, route_of
from ledgerboard_testkit.events import fact
from tests.unit.gateway.gateways import MemoryGateway

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

ADA: Final = "/v1/boards/race/players/ada"
PATHS: Final = [
    ADA,
    f"{ADA}?ranking=dense",
    f"{ADA}?period=day",
    f"{ADA}?period=day&key=2019-11-08",
    f"{ADA}?level=7",
    f"{ADA}?levels=total",
    f"{ADA}?ranking=shared",
    f"{ADA}?n=1",
    f"{ADA}/",
    f"{ADA}/neighbours",
    "/v1/boards/race/players/nobody",
    "/v1/boards/race/players/a%07",
    "/v1/boards/race/players/%C3%A9",
    "/v1/boards/race/players/%FF",
    "/v1/boards/race/players/a%2Fb",
    "/v1/boards/race/players/a%0A",
    "/v1/boards/race/players/",
    "/v1/boards/unheard-of/players/ada",
    "/v1/boards/no%20board/players/ada",
]


class Layered:
    """The application behind the layer; it counts how often Flask is asked."""

    def __init__(self, gateway: MemoryGateway) -> None:
        self._flask = gateway.flask
        self._quick = QuickReads(self._count, gateway.players.get_standing, self)
        self.asked, self.is_open, self.counted = 0, True, 0

    def count_read(self, _environ: dict[str, Any]) -> None:
        self.counted += 1

    def reads_all(self, _environ: dict[str, Any]) -> bool:
        return self.is_open

    def get(self, path: str, method: str = "GET") -> tuple[int, list[tuple[str, str]], bytes, str]:
        return _answer(self._quick, path, method)

    def plain(self, path: str, method: str = "GET") -> tuple[int, list[tuple[str, str]], bytes, str]:
        return _answer(self._flask, path, method)

    def _count(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        self.asked += 1
        return self._flask(environ, start_response)


def _answer(app: Any, path: str, method: str) -> tuple[int, list[tuple[str, str]], bytes, str]:
    routes: list[str] = []

    def start(environ: dict[str, Any], start_response: "StartResponse") -> Any:
        environ[REQUEST_ID] = "r1"

        def told(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            routes.append(route_of(environ))
            return start_response(status, headers, error)

        return app(environ, told)

    response = Client(start, TestResponse).open(path, method=method)
    return response.status_code, list(response.headers), response.data, routes[0]


@pytest.fixture
def layered(gateway: MemoryGateway) -> Layered:
    gateway.record.define("race", DEFAULT_OPTIONS)
    gateway.boards.add("race", *(fact(player, 9, level="7") for player in ("ada", "é", "a\ufffd")))
    return Layered(gateway)


@pytest.mark.parametrize("path", PATHS)
def test_the_answer_is_flasks_the_first_time_and_ever_after(layered: Layered, path: str) -> None:
    expected = layered.plain(path)
    layered.get(ADA)
    assert [layered.get(path) for _ in range(3)] == [expected] * 3


def test_a_query_that_was_read_before_is_answered_without_flask(layered: Layered) -> None:
    assert layered.get(ADA)[0] == 200
    assert layered.get("/v1/boards/race/players/nobody")[0] == 404
    assert layered.asked == 1
    layered.get(f"{ADA}?ranking=dense")
    assert layered.asked == 2


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "DELETE"])
def test_only_get_is_answered(layered: Layered, method: str) -> None:
    layered.get(ADA)
    assert layered.get(ADA, method) == layered.plain(ADA, method)
    assert layered.asked == 2


def test_what_goes_wrong_is_answered_by_flask(layered: Layered, gateway: MemoryGateway) -> None:
    layered.get(ADA)
    gateway.boards.available = gateway.fold.available = False
    assert layered.get(ADA) == layered.plain(ADA)
    assert layered.get(ADA)[0] == 503


def test_a_refused_query_is_refused_each_time(layered: Layered) -> None:
    assert [layered.get(f"{ADA}?ranking=shared")[0] for _ in range(2)] == [400, 400]
    assert layered.asked == 2


def test_queries_are_kept_up_to_a_bound_and_those_that_are_used_stay(layered: Layered) -> None:
    layered.get(ADA)
    for number in range(CAPACITY + 3):
        layered.get(f"{ADA}?level={number}")
        if number % 100 == 0:
            layered.get(ADA)
    asked = layered.asked
    layered.get(ADA)
    layered.get(f"{ADA}?level={CAPACITY + 2}")
    assert layered.asked == asked
    layered.get(f"{ADA}?level=1")
    assert layered.asked == asked + 1


def test_queries_of_strangers_keep_no_later_query_from_being_answered_without_flask(layered: Layered) -> None:
    for number in range(CAPACITY):
        layered.get(f"{ADA}?level=strange-{number}")
    layered.get(f"{ADA}?period=day")
    asked = layered.asked
    layered.get(f"{ADA}?period=day")
    assert layered.asked == asked


def test_whoever_may_not_read_everything_is_left_to_the_guard(layered: Layered) -> None:
    layered.get(ADA)
    layered.is_open = False
    layered.get(ADA)
    assert layered.asked == 2
