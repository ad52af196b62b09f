"""Many connections at once that do not behave."""

import resource
import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

LOOKUP: Final = "/v1/boards/race/standings/lookup"
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
"""How HTTP/2 begins when both sides know that they speak it."""

HALF_A_HEAD: Final = b"GET /race HTTP/1.1\r\nHost: x\r\nAccept:"


def half_sent(path: str, *, length: int = 100, credential: str = "") -> bytes:
    """A request whose body does not come to its end."""
    authorization = f"Authorization: Bearer {credential}\r\n" if credential else ""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{authorization}Content-Type: application/json\r\n"
    return f'{head}Content-Length: {length}\r\n\r\n{{"players": ['.encode()


class Crowd:
    """Connections that have sent the same and wait."""

    def __init__(self, members: Sequence[socket.socket]) -> None:
        self.members = members

    def left(self) -> int:
        """How many of them the other side has not ended."""
        poll = select.poll()
        for member in self.members:
            poll.register(member, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(0)}
        return sum(not _is_ended(member) for member in self.members if member.fileno() in ready) + (
            len(self.members) - len(ready)
        )


@contextmanager
def crowd(port: int, count: int, sent: bytes = b"") -> Iterator[Crowd]:
    """So many connections that each have sent that."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ExitStack() as stack:
        members = []
        for _ in range(count):
            member = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=15))
            if sent:
                member.sendall(sent)
            members.append(member)
        yield Crowd(members)


def _is_ended(member: socket.socket) -> bool:
    """Whether nothing more comes; what came before is an answer."""
    try:
        while member.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
