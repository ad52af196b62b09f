"""How much of a body is read, and of how many strangers at a time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """``readers``: how many bodies of strangers and players may be on their way in at the same time."""

    most_bytes: int
    readers: int
