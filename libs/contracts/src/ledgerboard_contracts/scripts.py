"""Tell which writing systems a name mixes, so that no letter of one passes for a letter of another.

The rule is "highly restrictive" of UTS 39, section 5.2: one script, or Latin together with what one of the East Asian
ways of writing uses. Python's tables have no scripts, but the name of a letter begins with its script's.
"""

import unicodedata
from typing import Final

_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_WIDTHS: Final = frozenset({"FULLWIDTH", "HALFWIDTH"})
"""How the names of letters begin that say their width first and then their script."""

_OF_EVERY_SCRIPT: Final = frozenset({"MODIFIER", "FEMININE", "MASCULINE", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"})
"""The same of letters that all scripts use, or several."""


def mixes_scripts(text: str) -> bool:
    """Whether the letters of ``text`` are of several scripts that nobody writes together. Other characters are free."""
    scripts = frozenset(
        script
        for character in text
        if unicodedata.category(character).startswith("L") and (script := _script(character)) not in _OF_EVERY_SCRIPT
    )
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _script(letter: str) -> str:
    words = unicodedata.name(letter, "UNNAMED").split()
    return words[1] if words[0] in _WIDTHS and len(words) > 1 else words[0]
