"""A hook over real HTTP, which answers as a test says: well, badly, late, elsewhere or never."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class HookServer:
    """What to answer on each path, and what came. A path without an answer hangs until the server ends."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    late_seconds: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def bodies(self, path: str) -> list[bytes]:
        return [each.body for each in self.received if each.path == path]


@contextmanager
def hook_server() -> Iterator[HookServer]:
    """One on a free port of loopback."""
    told = HookServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.received.append(Received(self.path, dict(self.headers), body))
            told.ended.wait(told.late_seconds if self.path in told.answers else None)
            self.send_response(told.answers.get(self.path, 500))
            self.send_header("Location", f"{told.url}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that gave up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield told
    finally:
        told.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
