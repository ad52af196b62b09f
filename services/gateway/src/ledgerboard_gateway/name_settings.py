"""What players may be called, as a deployment decides it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledgerboard_infra.settings import setting

_OURS: Final = Path(__file__).parent / "banned_words.txt"


@dataclass(frozen=True, kw_only=True)
class NameSettings:
    """Which words no name may hold."""

    banned_words: str = setting(
        "LEDGERBOARD_BANNED_WORDS",
        default="",
        doc="A file of words that no display name and no username may hold, one a line, UTF-8, `#` begins a comment; "
        "read when the gateway starts. Empty: a short list of English ones.",
    )

    @property
    def path(self) -> Path:
        """The file with the words."""
        return Path(self.banned_words) if self.banned_words else _OURS

    def __post_init__(self) -> None:
        if not self.path.is_file():
            raise ValueError("LEDGERBOARD_BANNED_WORDS must name a file, or be empty")
