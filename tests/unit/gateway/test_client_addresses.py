"""A client's address is what a trusted proxy says, and never what the client says."""

import pytest

from ledgerboard_gateway.http.client_addresses import ClientAddresses

TRUSTED = ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "1.2.3.4,198.51.100.9, 10.9.9.9", "198.51.100.9"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "junk, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9:4711", "198.51.100.9"),
        ("fd00::1", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("192.0.2.1:5000", None, "192.0.2.1"),
        ("2001:db8::7", None, "2001:db8::/64"),
        ("", "198.51.100.9", "unknown"),
    ],
)
def test_the_nearest_that_is_not_ours_is_the_client(peer: str, forwarded: str | None, client: str) -> None:
    environ = {"REMOTE_ADDR": peer} | ({} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded})
    assert ClientAddresses(TRUSTED).of(environ) == client


def test_without_a_trusted_proxy_nobody_is_believed() -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.9"}
    assert ClientAddresses([]).of(environ) == "10.0.0.1"
