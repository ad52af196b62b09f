"""What a URL of somebody else's can lead to. Nothing is resolved here but what needs nobody."""

import socket

import pytest
from urllib3.exceptions import NewConnectionError

from ledgerboard_infra.outbound import is_private_literal, is_public, public_pool

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    # Forms that embed an address of IPv4: compatible (RFC 4291), and translated within one network (RFC 8215).
    "::127.0.0.1", "::169.254.169.254", "::8.8.8.8",
    "64:ff9b:1::a9fe:a9fe", "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1::808:808",
    # Ranges that Python's is_global takes for public: site-local, documentation, segment routing, unassigned, relays.
    "fec0::1", "3fff::1", "5f00::1", "4000::1", "8000::1", "200::1",
    "192.88.99.1", "2002:c058:6301::", "64:ff9b::c058:6301",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_inside_is_not_public(address: str) -> None:
    assert not is_public(address)
    assert is_private_literal(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:8.8.8.8"])
def test_the_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(("host", "is_private"), [("localhost", True), ("a.LOCALHOST.", True), ("example.com", False)])
def test_of_names_only_this_machines_own_are_known_beforehand(host: str, is_private: bool) -> None:  # noqa: FBT001 -- a parameter of the test.
    assert is_private_literal(host) is is_private


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with public_pool() as pool, pytest.raises(NewConnectionError, match="private network"):
        pool.request("POST", "https://rebinding.example/", retries=False)
