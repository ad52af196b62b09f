"""How much of a body is read, and how many at a time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How many bodies may be on their way in at once: of ``strangers`` and players, and of ``servers`` and managers."""

    most_bytes: int
    strangers: int
    servers: int
