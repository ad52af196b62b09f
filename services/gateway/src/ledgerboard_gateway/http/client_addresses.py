"""Tell a client's address, also behind proxies.

Anybody can send an ``X-Forwarded-For``, so only what a trusted proxy added to it is believed: from its end, the first
address that is none of our proxies' is whoever spoke to them.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

_HOUSEHOLD_BITS: Final = 64
"""Of an IPv6 address; whoever has one has all that begin so."""

_UNKNOWN: Final = "unknown"
_KNOWN: Final = 4096
"""Texts whose addresses are remembered: to read one costs as much as to count the request."""


class ClientAddresses:
    """``trusted``: the proxies' addresses and networks."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted = [ip_network(network) for network in trusted]

    def of(self, environ: Mapping[str, Any]) -> str:
        """Whom a request comes from: an IPv4 address, or the household of an IPv6 one."""
        return _household(self._nearest(environ))

    def exact(self, environ: Mapping[str, Any]) -> str:
        """The address itself, for the record of who did what."""
        nearest = self._nearest(environ)
        return _UNKNOWN if nearest is None else str(nearest)

    def _nearest(self, environ: Mapping[str, Any]) -> IPv4Address | IPv6Address | None:
        nearest = _read(environ.get("REMOTE_ADDR", ""))
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if self._is_trusted(nearest) else []
        for text in reversed(forwarded):
            before = _read(text)
            if before is None:
                break
            nearest = before
            if not self._is_trusted(before):
                break
        return nearest

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


@lru_cache(maxsize=_KNOWN)
def _read(text: str) -> IPv4Address | IPv6Address | None:
    """The address in ``text``, with or without a port; one of IPv4 that came over IPv6 is what it is."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _household(address: IPv4Address | IPv6Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _HOUSEHOLD_BITS), strict=False))
    return _UNKNOWN if address is None else str(address)
