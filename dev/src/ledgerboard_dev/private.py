"""Secrets that are made here, and files that their owner alone reads."""

import os
import secrets
from pathlib import Path
from typing import Final

_BYTES: Final = 24


def new_secret() -> str:
    """A secret that nobody guesses, of letters, digits, ``-`` and ``_``: it may stand in a URL as it is."""
    return secrets.token_urlsafe(_BYTES)


def kept_secret(file: Path) -> str:
    """A secret that is made once for a home."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_private(file, new_secret())
    return file.read_text()


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone reads, from its first byte on. One that was there goes."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)


def private_folder(folder: Path) -> Path:
    """``folder``, which its owner alone enters from now on."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
