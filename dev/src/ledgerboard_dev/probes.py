"""Ask a server whether it answers. An open port proves little: both databases listen before they can serve."""

import http.client
import random
import socket
from contextlib import suppress
from typing import Final

import psycopg

_TIMEOUT_SECONDS: Final = 2
_PORTS: Final = (12_000, 32_000)

_given: Final[set[int]] = set()


def free_port() -> int:
    """A loopback port that nobody uses, below those that systems give to outgoing connections.

    So it is still free after its service went down and before it comes up again. No process is given a port twice: what
    was given may be bound much later.
    """
    while True:
        port = random.randrange(*_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


def postgres_answers(url: str) -> bool:
    """Whether the server completes a connection, which it refuses while it recovers."""
    try:
        psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(port: int, password: str) -> bool:
    """Whether it says PONG, rather than that it is still loading. ``password`` is the default user's."""
    try:
        with socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = connection.makefile("rb")
            return [answer.readline(), answer.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
    except OSError:
        return False


def http_status(port: int, path: str) -> int:
    """The status of a GET on loopback, or 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
