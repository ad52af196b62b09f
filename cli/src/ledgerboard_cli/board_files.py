"""Read board definitions from a file: TOML, or JSON where its name says so.

A file says all of a board: what it leaves out has its default. So an option that is misspelt must be refused, or it
would quietly be the default.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ledgerboard_contracts import BoardOptions, InvalidMomentError, InvalidNameError, check_board, read_moment

_TOP: Final = "boards"
_SEASONS: Final = "seasons"
_MOMENTS: Final = ("start", "end")


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
        options = msgspec.convert(_with_moments(written), BoardOptions)
    except (InvalidNameError, InvalidMomentError, msgspec.ValidationError) as error:
        raise BoardFileError(f"{path}: {_TOP}.{name}: {error}") from error
    unknown = list(_unknown(written, msgspec.to_builtins(options)))
    if unknown:
        raise BoardFileError(f"{path}: {_TOP}.{name}: no such option: {', '.join(unknown)}")
    return options


def _with_moments(written: Any) -> Any:
    """What was written, with the texts that are moments of seasons read. TOML may write moments as such."""
    if not isinstance(written, dict) or not isinstance(written.get(_SEASONS), list):
        return written
    return written | {_SEASONS: [_with_read(season) for season in written[_SEASONS]]}


def _with_read(season: Any) -> Any:
    if not isinstance(season, dict):
        return season
    return season | {name: read_moment(season[name]) for name in _MOMENTS if isinstance(season.get(name), str)}


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
