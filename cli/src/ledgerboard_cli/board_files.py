"""Read board definitions from a file: TOML, or JSON where its name says so.

A file says all of a board: what it leaves out has its default. So an option that is misspelt must be refused, or it
would quietly be the default.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ledgerboard_contracts import BoardOptions, InvalidNameError, check_board

_TOP: Final = "boards"


class BoardFileError(Exception):
    """The file cannot be read as definitions. The message names the place and the rule."""


def read_boards(path: Path) -> dict[str, BoardOptions]:
    """The options of each board that the file defines, in its order. Raises `BoardFileError`."""
    document = _document(path)
    boards = document.get(_TOP)
    if not isinstance(boards, dict) or not boards or document.keys() != {_TOP}:
        raise BoardFileError(f"{path}: expected a table [{_TOP}.NAME] for each board and nothing else")
    return {name: _options(path, name, written) for name, written in boards.items()}


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
        read: Any = msgspec.json.decode(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise BoardFileError(f"{path}: {error}") from error
    return read if isinstance(read, dict) else {}


def _options(path: Path, name: str, written: object) -> BoardOptions:
    try:
        check_board(name)
        options = msgspec.convert(written, BoardOptions)
    except (InvalidNameError, msgspec.ValidationError) as error:
        raise BoardFileError(f"{path}: {_TOP}.{name}: {error}") from error
    unknown = list(_unknown(written, msgspec.to_builtins(options)))
    if unknown:
        raise BoardFileError(f"{path}: {_TOP}.{name}: no such option: {', '.join(unknown)}")
    return options


def _unknown(written: Any, understood: Any, where: str = "") -> Iterator[str]:
    """The names that are in what was written and not in what was understood of it."""
    if isinstance(written, Mapping):
        for name, value in written.items():
            if name not in understood:
                yield f"{where}{name}"
            else:
                yield from _unknown(value, understood[name], f"{where}{name}.")
    elif isinstance(written, list):
        for each, meant in zip(written, understood, strict=True):
            yield from _unknown(each, meant, where)
