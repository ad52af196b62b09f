"""The names that players show: what is kept is what everybody sees.

A name is normalised once, when it is said. Whatever shows nothing, or lets other text show elsewhere than it stands, is
refused and not taken out: who said it should see what they are called.
"""

import unicodedata
from typing import Final

from ledgerboard_contracts.names import InvalidNameError

MAX_DISPLAY_NAME: Final = 40
MAX_SAID: Final = 200
"""Characters before trimming and composing."""

_REFUSED: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Controls, whatever directs or joins text, what is no character (yet), and ends of lines and paragraphs."""

_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
)  # fmt: skip
"""Letters and signs that show nothing, though their category does not tell."""

_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_SPACE: Final = " "


def check_display_name(said: str) -> str:
    """The name as it is kept: composed (NFC) and without white space around it. Raises `InvalidNameError`."""
    name = unicodedata.normalize("NFC", said.strip())
    if len(said) > MAX_SAID or not 1 <= len(name) <= MAX_DISPLAY_NAME:
        raise InvalidNameError(f"must be 1 to {MAX_DISPLAY_NAME} characters long")
    check_visible(name)
    return name


def check_visible(name: str) -> None:
    """Raise `InvalidNameError` for characters that show nothing, or let text show elsewhere than it stands."""
    if any(map(_is_refused, name)):
        raise InvalidNameError("must hold no control characters, and none that are invisible or turn text around")
    if unicodedata.category(name[0]).startswith("M"):
        raise InvalidNameError("must not begin with an accent that has no letter")


def _is_refused(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Zs":
        return character != _SPACE
    return (
        category in _REFUSED or character in _INVISIBLE or any(ord(character) in selectors for selectors in _SELECTORS)
    )
