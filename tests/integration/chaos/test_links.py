"""A link breaks in each way as a network does, and is whole again afterwards."""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from typing import Final

import pytest

from benchmarks.chaos.network.links import OPEN, Condition, Link, Way
from benchmarks.chaos.network.loop import Network

_SHORT_SECONDS: Final = 0.3
_LONG_SECONDS: Final = 20.0


class EchoServer:
    """Says back what it hears, and keeps it: so a test sees whether a request went through."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard = bytearray()
        self.ended = threading.Event()
        self.came_from = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self.came_from = client.getpeername()[1]
        with client, contextlib.suppress(OSError):
            while chunk := client.recv(1024):
                self.heard += chunk
                client.sendall(chunk)
        self.ended.set()


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with contextlib.closing(EchoServer()) as server:
        yield server


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def link(network: Network, server: EchoServer) -> Link:
    return network.open(Link("test", lambda: server.port, random.Random(1)))  # noqa: S311 -- no secret.


@pytest.fixture
def client(link: Link) -> Iterator[socket.socket]:
    with connected(link) as client:
        assert asked(client, b"hello") == b"hello"
        yield client


def connected(link: Link) -> socket.socket:
    return socket.create_connection(("127.0.0.1", link.port), timeout=_LONG_SECONDS)


def asked(client: socket.socket, words: bytes) -> bytes:
    """The answer; b"" where the connection is broken."""
    try:
        client.sendall(words)
        return client.recv(1024)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def is_silent(client: socket.socket, words: bytes) -> bool:
    """Whether no answer comes for a moment, and no end either."""
    client.settimeout(_SHORT_SECONDS)
    try:
        client.sendall(words)
        client.recv(1024)
    except TimeoutError:
        return True
    else:
        return False
    finally:
        client.settimeout(_LONG_SECONDS)


def hears(server: EchoServer, words: bytes) -> bool:
    deadline = time.monotonic() + _LONG_SECONDS
    while words not in server.heard:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_an_open_link_carries_everything(client: socket.socket) -> None:
    assert asked(client, b"more") == b"more"


def test_a_refused_link_breaks_connections_takes_none_and_listens_again(
    network: Network, link: Link, client: socket.socket
) -> None:
    network.run(link.set(Condition(Way.REFUSED)))
    assert asked(client, b"more") == b""
    with pytest.raises(ConnectionRefusedError):
        connected(link)
    network.run(link.set(OPEN))
    with connected(link) as other:
        assert asked(other, b"again") == b"again"


def test_a_cut_breaks_connections_and_takes_new_ones(network: Network, link: Link, client: socket.socket) -> None:
    network.call(link.cut)
    assert asked(client, b"more") == b""
    with connected(link) as other:
        assert asked(other, b"again") == b"again"


def test_a_held_link_delivers_late_what_was_sent(
    network: Network, link: Link, server: EchoServer, client: socket.socket
) -> None:
    network.run(link.set(Condition(Way.HELD)))
    assert is_silent(client, b"late")
    assert b"late" not in server.heard
    network.run(link.set(OPEN))
    assert client.recv(1024) == b"late"


def test_what_a_client_gave_up_on_a_held_link_is_delivered_all_the_same(
    network: Network, link: Link, server: EchoServer, client: socket.socket
) -> None:
    network.run(link.set(Condition(Way.HELD)))
    client.sendall(b"given up")
    client.close()
    network.run(link.set(OPEN))
    assert hears(server, b"given up")


def test_a_silent_link_loses_what_is_sent_and_leaves_the_connection_half_open(
    network: Network, link: Link, server: EchoServer, client: socket.socket
) -> None:
    network.run(link.set(Condition(Way.SILENT)))
    assert is_silent(client, b"lost")
    network.run(link.set(OPEN))
    assert is_silent(client, b"lost too")
    assert b"lost" not in server.heard
    with connected(link) as other:
        assert asked(other, b"again") == b"again"


def test_the_server_does_not_hear_of_an_end_on_a_silent_link(
    network: Network, link: Link, server: EchoServer, client: socket.socket
) -> None:
    network.run(link.set(Condition(Way.SILENT)))
    client.close()
    assert not server.ended.wait(_SHORT_SECONDS)
    network.run(link.set(OPEN))
    assert server.ended.wait(_LONG_SECONDS)


def test_a_slow_link_answers_late(network: Network, link: Link, server: EchoServer, client: socket.socket) -> None:
    network.run(link.set(Condition(Way.SLOW, seconds=_LONG_SECONDS)))
    assert is_silent(client, b"slow")
    assert hears(server, b"slow")
    network.run(link.set(OPEN))
    assert client.recv(1024) == b"slow"


def test_a_deaf_link_lets_requests_through_and_loses_their_answers(
    network: Network, link: Link, server: EchoServer, client: socket.socket
) -> None:
    """The dice decide of each lost answer whether its connection is seen to break. Both happen."""
    network.run(link.set(Condition(Way.DEAF, share=1.0)))
    ends = set()
    for number in range(12):
        with connected(link) as other:
            words = b"request %02d" % number
            ends.add(is_silent(other, words))
            assert hears(server, words)
    assert ends == {True, False}
    network.run(link.set(OPEN))
    assert asked(client, b"again") == b"again"


def test_a_link_leads_to_wherever_its_target_is_by_then(network: Network, server: EchoServer) -> None:
    with contextlib.closing(EchoServer()) as other:
        ports = [server.port]
        link = network.open(Link("moving", lambda: ports[-1], random.Random(1)))  # noqa: S311 -- no secret.
        with connected(link) as client:
            assert asked(client, b"first") == b"first"
        ports.append(other.port)
        with connected(link) as client:
            assert asked(client, b"second") == b"second"
        assert bytes(other.heard) == b"second"


def test_a_link_knows_from_which_port_it_comes_to_the_server(
    network: Network, server: EchoServer, link: Link, client: socket.socket
) -> None:
    assert asked(client, b"again") == b"again"
    assert network.call(link.leads_from, server.came_from)
    assert not network.call(link.leads_from, server.port)
