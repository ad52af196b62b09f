"""Tell a client's address, also behind proxies.

Anybody can send an ``X-Forwarded-For``, so only what a trusted proxy added to it is believed: from its end, the first
address that is none of our proxies' is whoever spoke to them.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

_HOUSEHOLD_BITS: Final = 64
"""Of an IPv6 address; whoever has one has all that begin so."""

_UNKNOWN: Final = "unknown"


class ClientAddresses:
    """``trusted``: the proxies' addresses and networks."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted = [ip_network(network) for network in trusted]

    def of(self, environ: Mapping[str, Any]) -> str:
        """Whom a request comes from: an IPv4 address, or the household of an IPv6 one."""
        nearest = _read(environ.get("REMOTE_ADDR", ""))
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if self._is_trusted(nearest) else []
        for text in reversed(forwarded):
            before = _read(text)
            if before is None:
                break
            nearest = before
            if not self._is_trusted(before):
                break
        return _name(nearest)

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


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


def _name(address: IPv4Address | IPv6Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _HOUSEHOLD_BITS), strict=False))
    return _UNKNOWN if address is None else str(address)
