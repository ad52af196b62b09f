"""Wait for a moment that PostgreSQL knows of. Chance would hit it once in many hours."""

from collections.abc import Generator
from typing import Final

from benchmarks.chaos.faults.postgres import connected
from benchmarks.chaos.world import World

_POLL_SECONDS: Final = 0.05


def until(world: World, query: str, seconds: float) -> Generator[float, None, int]:
    """What the query says once that is another number than 0, or 0 after about so many seconds."""
    for _ in range(int(seconds / _POLL_SECONDS)):
        if said := asked(world, query):
            return said
        yield _POLL_SECONDS
    return 0


def asked(world: World, query: str) -> int:
    """The number that the query says, or 0 where it finds nothing."""
    with connected(world) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
