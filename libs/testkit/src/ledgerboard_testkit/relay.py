"""A TCP relay on loopback that a test can cut and mend, to make an outage of a real server.

While cut it refuses nothing politely: open connections break and new ones are closed at once, as with a crashed server.
"""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

_CHUNK_BYTES = 65536


class Relay:
    """Forwards a free loopback port, ``port``, to ``target_port``."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut = threading.Event()
        self._open: set[socket.socket] = set()
        self.port: int = self._listener.getsockname()[1]

    def cut(self) -> None:
        """Break every connection, and every new one."""
        self._cut.set()
        for each in list(self._open):
            _close(each)

    def mend(self) -> None:
        """Forward again."""
        self._cut.clear()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        _close(self._listener)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # The listener was closed: the block is over.
            while True:
                inner, _ = self._listener.accept()
                if self._cut.is_set():
                    _close(inner)
                    continue
                outer = socket.create_connection(("127.0.0.1", self._target_port))
                self._open |= {inner, outer}
                for source, sink in ((inner, outer), (outer, inner)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):  # Either end closed: so does the other.
            while chunk := source.recv(_CHUNK_BYTES):
                sink.sendall(chunk)
        for each in (source, sink):
            self._open.discard(each)
            _close(each)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
