"""A TCP relay in front of the queue server, which can be made to refuse.

A queue service that cannot be reached loses nothing that it has. Its local stand-in would, if it were killed: so its
clients are cut off instead, connection by connection, and new ones find nobody listening.
"""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Final, Self

_CHUNK: Final = 65_536
_BACKLOG: Final = 256


class Relay:
    """A context manager: inside it ``url`` reaches the server, while it is open. Loopback only.

    ``port`` tells where the server is; nobody is let through before it is known.
    """

    def __init__(self, port: Callable[[], int]) -> None:
        self._target = port
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener: socket.socket | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where clients find the server."""
        return f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Listen, on the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(_BACKLOG)
        self._port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refuse(self) -> None:
        """Cut every connection, and let nobody in until `open`."""
        listener, self._listener = self._listener, None
        if listener is not None:
            _close(listener)
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            for end in pair:
                _close(end)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._target()), timeout=5)
        except OSError:
            _close(client)
            return
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        if self._listener is None:  # It was refused in between.
            _close(client)
        with contextlib.suppress(OSError, ValueError):
            _copy(client, server)
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            _close(end)


def _copy(client: socket.socket, server: socket.socket) -> None:
    """Carry bytes both ways until either end has nothing more to say."""
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ, server)
        ready.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in ready.select():
                chunk = key.fileobj.recv(_CHUNK)  # type: ignore[union-attr]  # Only sockets are registered.
                if not chunk:
                    return
                key.data.sendall(chunk)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
