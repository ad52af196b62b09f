"""A TCP relay on loopback, to make a real server be down, hang or answer late, and to count who connects to it.

While cut it refuses nothing politely: open connections break and new ones are closed at once, as with a crashed server.
While held it takes connections and says nothing, as a server does that hangs.
"""

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK_BYTES = 65536


class Relay:
    """Forwards a free loopback port, ``port``, to ``target_port``.

    ``accepted`` counts the connections so far. What the server sends is passed on ``delay_seconds`` late.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut = threading.Event()
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: set[socket.socket] = set()
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self.delay_seconds = 0.0

    @classmethod
    def before(cls, url: str) -> Self:
        """A relay to the server of that URL, which must name its port."""
        port = urlsplit(url).port
        assert port is not None
        return cls(port)

    def through(self, url: str) -> str:
        """``url`` by way of this relay."""
        parts = urlsplit(url)
        return parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{self.port}").geturl()

    def cut(self) -> None:
        """Break every connection, and every new one."""
        self._cut.set()
        for each in list(self._open):
            _close(each)

    def mend(self) -> None:
        """Forward again."""
        self._cut.clear()

    def hold(self) -> None:
        """Pass nothing on, and keep every connection open."""
        self._flowing.clear()

    def release(self) -> None:
        """Pass on what was held, and everything after it."""
        self._flowing.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self.release()
        _close(self._listener)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # The listener was closed: the block is over.
            while True:
                inner, _ = self._listener.accept()
                self.accepted += 1
                if self._cut.is_set():
                    _close(inner)
                    continue
                outer = socket.create_connection(("127.0.0.1", self._target_port))
                self._open |= {inner, outer}
                for source, sink, answers in ((inner, outer, False), (outer, inner, True)):
                    threading.Thread(target=self._pump, args=(source, sink, answers), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:  # noqa: FBT001 -- a thread's
        with contextlib.suppress(OSError):  # Either end closed: so does the other.
            while chunk := source.recv(_CHUNK_BYTES):
                self._flowing.wait()
                if answers and self.delay_seconds:
                    time.sleep(self.delay_seconds)  # The delay is what the test asked for, not a guess at a condition.
                sink.sendall(chunk)
        for each in (source, sink):
            self._open.discard(each)
            _close(each)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
