"""Settings: one frozen dataclass a service, made once from the environment, that documents itself.

An empty variable counts as unset, because that is what a compose file or a shell makes of a missing one. A secret's
value appears neither in a repr nor in an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

S = TypeVar("S")

_OPTION: Final = "ledgerboard_option"
_REQUIRED: Final[Any] = MISSING


class SettingsError(ValueError):
    """The environment does not make valid settings. ``problems`` names every variable at fault and its rule."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("invalid settings:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Option:
    env: str
    doc: str
    secret: bool


def setting(env: str, *, doc: str, default: Any = _REQUIRED, secret: bool = False) -> Any:
    """A dataclass field that `from_env` reads from the variable ``env``. Without ``default`` it is required."""
    return field(default=default, repr=not secret, metadata={_OPTION: _Option(env, doc, secret)}, kw_only=True)


def from_env(cls: type[S], environ: Mapping[str, str]) -> S:
    """Make ``cls``, and every settings dataclass nested in it. Raises `SettingsError` with all problems at once."""
    problems: list[str] = []
    settings: S = _build(cls, environ, problems)
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def describe(cls: type) -> str:
    """Every variable with its type, default and meaning, for ``--help``."""
    described = {made.metadata[_OPTION].env: _describe_option(made, kind) for made, kind in reversed([*_options(cls)])}
    return "\n".join(reversed(described.values()))


def _build(cls: type[S], environ: Mapping[str, str], problems: list[str]) -> Any:
    known = len(problems)
    values: dict[str, Any] = {}
    for made, kind in _typed_fields(cls):
        if _OPTION in made.metadata:
            values[made.name] = _read(made, kind, environ, problems)
        elif isinstance(kind, type) and is_dataclass(kind):
            values[made.name] = _build(kind, environ, problems)
    if len(problems) > known:
        return None
    try:
        return cls(**values)
    except ValueError as error:
        problems.append(str(error))
        return None


def _read(made: Field[Any], kind: Any, environ: Mapping[str, str], problems: list[str]) -> Any:
    option: _Option = made.metadata[_OPTION]
    text = environ.get(option.env, "")
    if not text:
        if made.default is MISSING:
            problems.append(f"{option.env}: required but not set ({option.doc})")
        return made.default
    try:
        return msgspec.convert(_split(text, kind), kind, strict=False)
    except msgspec.ValidationError as error:
        rule = f"is not a valid {_type_name(kind)}" if option.secret else str(error)
        problems.append(f"{option.env}: {rule} ({option.doc})")
        return None


def _split(text: str, kind: Any) -> str | list[str]:
    """A tuple is written with commas."""
    if get_origin(kind) is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _options(cls: type) -> Iterator[tuple[Field[Any], Any]]:
    for made, kind in _typed_fields(cls):
        if _OPTION in made.metadata:
            yield made, kind
        elif isinstance(kind, type) and is_dataclass(kind):
            yield from _options(kind)


def _typed_fields(cls: type) -> Iterator[tuple[Field[Any], Any]]:
    hints = get_type_hints(cls, include_extras=True)
    for made in fields(cls):
        yield made, hints[made.name]


def _describe_option(made: Field[Any], kind: Any) -> str:
    option: _Option = made.metadata[_OPTION]
    if made.default is MISSING:
        default = "required"
    else:
        default = f"default {made.default!r}" if made.default != "" else "default empty"
    secret = ", secret" if option.secret else ""
    return f"  {option.env} ({_type_name(kind)}, {default}{secret})\n      {option.doc}"


def _type_name(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return _type_name(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return "|".join(get_args(kind))
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)
