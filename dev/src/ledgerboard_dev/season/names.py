"""Names that a person could have, without a list of real people."""

from random import Random
from typing import Final

_OPENINGS: Final = (
    "A",
    "Be",
    "Ca",
    "Da",
    "E",
    "Fe",
    "Ha",
    "I",
    "Jo",
    "Ka",
    "Li",
    "Ma",
    "Ni",
    "O",
    "Pe",
    "Ro",
    "Sa",
    "Ta",
)
_MIDDLES: Final = ("la", "li", "ma", "mi", "na", "ni", "ra", "ri", "sa", "vi", "le", "ro")
_CLOSINGS: Final = ("n", "a", "s", "ra", "ne", "lle", "k", "no", "th", "ya", "r", "m")
_FAMILY_OPENINGS: Final = (
    "Berg",
    "Cas",
    "Dal",
    "Fal",
    "Gran",
    "Hol",
    "Kov",
    "Lind",
    "Mor",
    "Nak",
    "Oka",
    "Ros",
    "Sil",
    "Var",
)
_FAMILY_CLOSINGS: Final = (
    "ac",
    "berg",
    "dale",
    "ella",
    "ero",
    "ez",
    "in",
    "ling",
    "mann",
    "moto",
    "quist",
    "stad",
    "va",
    "wen",
)


def names(count: int, random: Random) -> list[str]:
    """``count`` different names of a given and a family part."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{_given(random)} {random.choice(_FAMILY_OPENINGS)}{random.choice(_FAMILY_CLOSINGS)}"] = None
    return list(found)


def _given(random: Random) -> str:
    middles = "".join(random.choice(_MIDDLES) for _ in range(random.randint(0, 2)))
    return random.choice(_OPENINGS) + middles + random.choice(_CLOSINGS)
