"""The client of the season, on a server that closes connections without a word, as one does when they stand idle."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ledgerboard_dev.season.api import Api, UnreachableError


class _Curt(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        self.close_connection = True

    do_POST = do_GET  # noqa: N815 -- the base class looks for this name.

    def log_message(self, *_: object) -> None:
        """Not a word."""


@pytest.fixture
def api() -> Iterator[Api]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Curt) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Api(f"http://127.0.0.1:{server.server_port}", "a-key-of-sixteen+")
        server.shutdown()
        thread.join()


def test_a_read_is_asked_again_on_a_connection_of_its_own(api: Api) -> None:
    assert api.post_score("board", "ada", 1) == (200, {})
    assert api.call("GET", "/v1/boards") == (200, {})
    assert api.call("GET", "/v1/boards") == (200, {})
    api.close()


def test_a_score_is_never_sent_twice_unasked(api: Api) -> None:
    assert api.post_score("board", "ada", 1) == (200, {})
    with pytest.raises(UnreachableError):
        api.post_score("board", "ada", 2)
