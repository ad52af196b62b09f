"""Requests to addresses that somebody else chose: to the public internet, and to nothing behind our own doors.

A name is resolved once, every address that it stands for is looked at, and the connection is made to one of those. So
no name can stand for a public address while it is checked and for a private one when it is used.
"""

import socket
import sys
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final, cast

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""Addresses of IPv4 as networks without it write them (RFC 6052)."""

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""Where IPv6 has single machines anywhere (RFC 4291, section 2.4). What is outside of it is local, a group, or nobody's
yet: IPv4-compatible addresses (``::/96``) and NAT64 of one network (``64:ff9b:1::/48``) among them."""

_NOT_PUBLIC: Final = (IPv4Network("192.88.99.0/24"), IPv6Network("3fff::/20"))
"""Relays that are no longer in use (RFC 7526) and documentation (RFC 9637), which Python 3.11 takes for public."""

_IPV4_BITS: Final = 0xFFFF_FFFF


def is_public(text: str) -> bool:
    """Whether an address may be anywhere: not this machine, no private network, no cloud's metadata, no group."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = _carried(address) or address
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)


def is_private_literal(host: str) -> bool:
    """Whether ``host`` itself is an address that is not public, or this machine's name."""
    try:
        return not is_public(host.strip("[]"))
    except ValueError:
        return host.rstrip(".").lower().split(".")[-1] == "localhost"


def public_pool() -> urllib3.PoolManager:
    """A pool that connects to public addresses only; else its requests raise `NewConnectionError`."""
    pool = urllib3.PoolManager()
    pool.pool_classes_by_scheme = {"http": _PublicHttpPool, "https": _PublicHttpsPool}
    return pool


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if address in _NAT64:
        return IPv4Address(int(address) & _IPV4_BITS)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class _Public(HTTPConnection):
    """Looks where it leads before it connects, in place of urllib3's own step."""

    def _new_conn(self) -> socket.socket:
        addresses = self._addresses()
        if not all(map(is_public, addresses)):
            raise NewConnectionError(self, "leads into a private network")
        try:
            # One of several: a hook that answers at none of its first addresses is told again later.
            connected = create_connection(
                (addresses[0], self.port or 0), cast("Any", self.timeout), socket_options=self.socket_options
            )
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "connecting took too long") from error
        except OSError as error:
            raise NewConnectionError(self, f"cannot connect: {error}") from error
        sys.audit("http.client.connect", self, self.host, self.port)
        return connected

    def _addresses(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, cast("Any", error)) from error
        return [str(where[0]) for *_, where in found]


class _PublicHttps(_Public, HTTPSConnection):
    """The same, with TLS to the name that was given."""


class _PublicHttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Public


class _PublicHttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicHttps
