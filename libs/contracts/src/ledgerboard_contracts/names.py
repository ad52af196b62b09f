"""The rules for names that travel: boards, players, levels and sessions.

A name is compared byte by byte everywhere and is never parsed again, so a ``|`` or a ``:`` inside one is harmless;
what is refused is only what would not survive a URL path or a log line.
"""

import re
import unicodedata
from typing import Final

MAX_BOARD_LENGTH: Final = 64
MAX_PLAYER_LENGTH: Final = 64
MAX_LEVEL_LENGTH: Final = 32
MAX_SESSION_LENGTH: Final = 64

BOARD_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_BOARD = re.compile(BOARD_PATTERN.removesuffix("$") + r"\Z")

RESERVED_BOARDS: Final = frozenset(
    {
        "boards", "docs", "events", "healthz", "leaderboards", "levels", "login", "metrics", "openapi.json", "players",
        "readyz", "realtime", "scores", "sessions", "users", "v1",
    }
)  # fmt: skip
"""First path segments that are routes, now or soon; a board of that name could not be reached."""

_CONTROL_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


class InvalidNameError(ValueError):
    """A name breaks a rule. The message is fit for the submitter."""


def check_board(name: str) -> str:
    """Return ``name`` or raise `InvalidNameError`: 1 to 64 of ``A-Z a-z 0-9 . _ -``, not reserved."""
    if not _BOARD.match(name):
        raise InvalidNameError(
            f"a board's name is 1 to {MAX_BOARD_LENGTH} letters, digits, '.', '_' or '-', not starting with a sign"
        )
    if name.lower() in RESERVED_BOARDS:
        raise InvalidNameError(f"{name!r} is reserved and cannot name a board")
    return name


def check_player(name: str) -> str:
    """Return ``name`` or raise `InvalidNameError`: 1 to 64 characters, printable, fit for one URL path segment."""
    return _check_segment(name, "a player's id", MAX_PLAYER_LENGTH)


def check_session(name: str) -> str:
    """Return ``name`` or raise `InvalidNameError`: the rule is that of players."""
    return _check_segment(name, "a session's id", MAX_SESSION_LENGTH)


def check_level(name: str) -> str:
    """Return ``name`` or raise `InvalidNameError`: 1 to 32 printable characters without ``/``."""
    if not name or len(name) > MAX_LEVEL_LENGTH:
        raise InvalidNameError(f"a level's name is 1 to {MAX_LEVEL_LENGTH} characters long")
    if "/" in name:
        raise InvalidNameError("a level's name must not contain '/'")
    return _check_text(name, "a level's name")


def _check_segment(name: str, what: str, longest: int) -> str:
    if not name or len(name) > longest:
        raise InvalidNameError(f"{what} is 1 to {longest} characters long")
    if name in {".", ".."} or "/" in name:
        raise InvalidNameError(f"{what} must fit a URL path segment: no '/', not '.' or '..'")
    return _check_text(name, what)


def _check_text(name: str, what: str) -> str:
    if name.isascii() and name.isprintable() and name[0] != " " and name[-1] != " ":
        return name  # The common case, in three scans at C speed.
    if name != name.strip():
        raise InvalidNameError(f"{what} must not begin or end with white space")
    if any(unicodedata.category(character) in _CONTROL_CATEGORIES for character in name):
        raise InvalidNameError(f"{what} must not contain control characters")
    return name
