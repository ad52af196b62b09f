"""Find words that nobody may be called by.

Whole words only, in whatever case: a word inside a longer one is innocent. A word is a run of letters, digits and the
marks on them, which is what UAX 29 comes to for writing with spaces; an underscore divides, so that it hides nothing.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

_OF_WORDS: Final = ("L", "M", "N")
_COMMENT: Final = "#"


class Words:
    """A list of words, read once. An entry of several words is found where they follow each other."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._entries = frozenset(entry for entry in (tuple(_words(each)) for each in entries) if entry)
        self._lengths = sorted({len(entry) for entry in self._entries})

    def are_in(self, text: str) -> bool:
        """Whether ``text`` holds one of them."""
        words = tuple(_words(text))
        return any(
            words[start : start + length] in self._entries
            for length in self._lengths
            for start in range(len(words) - length + 1)
        )


def read_words(path: Path) -> Words:
    """The words of a file, one a line; what follows a ``#`` is not read. Raises `OSError` and `UnicodeDecodeError`."""
    return Words(line.partition(_COMMENT)[0] for line in path.read_text("utf-8").splitlines())


def _words(text: str) -> Iterator[str]:
    """The words of a text, folded: letters that differ in case or in width alone are the same."""
    for is_word, characters in groupby(_folded(text), lambda each: unicodedata.category(each).startswith(_OF_WORDS)):
        if is_word:
            yield "".join(characters)


def _folded(text: str) -> str:
    """Unicode 15, 3.13, D146: compatibility caseless matching."""
    once = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", text).casefold()).casefold()
    return unicodedata.normalize("NFKC", once)
