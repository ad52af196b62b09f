"""The command's settings: every environment variable it reads, with its meaning."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from ledgerboard_infra.settings import setting


class WriteKeyError(Exception):
    """The write key cannot be read, or cannot be sent. The message does not show it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the gateway is, and what it asks of those who write."""

    url: Annotated[str, Meta(pattern=r"\Ahttps?://[^/\s]+")] = setting(
        "LEDGERBOARD_URL", doc="Address of the gateway, such as https://boards.example.org."
    )
    write_key: str = setting("LEDGERBOARD_WRITE_KEY", default="", secret=True, doc="The key that writes must carry.")
    write_key_file: str = setting(
        "LEDGERBOARD_WRITE_KEY_FILE", default="", doc="A file that holds the key; read if the key itself is not given."
    )
    timeout_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_TIMEOUT_SECONDS", default=10.0, doc="How long to wait for each answer."
    )

    def __post_init__(self) -> None:
        if not self.write_key and not self.write_key_file:
            raise ValueError("LEDGERBOARD_WRITE_KEY or LEDGERBOARD_WRITE_KEY_FILE: one of them is required")

    def key(self) -> str:
        """The write key, wherever it is kept. Raises `WriteKeyError`."""
        key = (self.write_key or self._kept_key()).strip()
        if not key or not key.isascii() or not key.isprintable():
            raise WriteKeyError("the write key must be one line of ASCII characters")
        return key

    def _kept_key(self) -> str:
        try:
            return Path(self.write_key_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WriteKeyError(f"LEDGERBOARD_WRITE_KEY_FILE cannot be read: {error}") from None
