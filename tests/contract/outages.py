"""Outages: of a fake by its own word, of a real server by a relay that is cut."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledgerboard_testkit.memory import Dependency
from ledgerboard_testkit.relay import Relay


@contextmanager
def outage_of(what: Dependency | Relay) -> Iterator[None]:
    """Make it unavailable for the length of the block."""
    if isinstance(what, Relay):
        what.cut()
        yield
        what.mend()
    else:
        what.available = False
        yield
        what.available = True
