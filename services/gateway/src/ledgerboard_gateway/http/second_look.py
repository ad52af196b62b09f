"""Decode bodies, and say what is wrong with one that does not decode, by field.

Only broken requests get a second look, so that may be slow: it reads the body again with a more patient parser, to find
the field in which bare ``NaN``, ``Infinity`` or bytes that are not UTF-8 made the whole body unreadable.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import msgspec

from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType, invalid

B = TypeVar("B")

_AT: Final = re.compile(r"^(?P<rule>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_MISSING: Final = re.compile(r"missing required field `(.*?)`")
_UNKNOWN: Final = re.compile(r"contains unknown field `(.*?)`")
_SCORE_RULE: Final = "must be an integer within +-2^53"


class _NotANumber:
    """Stands for a bare NaN or Infinity while looking for it."""


def decoded(decoder: "msgspec.json.Decoder[B]", body: bytes | msgspec.Raw) -> B:
    """What ``decoder`` reads in ``body``. Raises the problem that names the field at fault.

    It has no cause, since that might show what the body holds.
    """
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explain(bytes(body), error) from None


def _explain(body: bytes, error: Exception) -> ProblemError:
    """The problem with ``body``, which msgspec refused with ``error``."""
    if isinstance(error, msgspec.ValidationError):
        return _explain_rule(str(error))
    if isinstance(error, RecursionError):
        return _malformed("", "nested too deeply")
    return _explain_syntax(body, error)


def _explain_rule(text: str) -> ProblemError:
    found = _AT.match(text)
    rule, path = (found["rule"], found["path"] or "") if found else (text, "")
    prefix = f"{path}." if path else ""
    if missing := _MISSING.search(rule):
        return invalid(prefix + missing[1], "is required")
    if unknown := _UNKNOWN.search(rule):
        return invalid(prefix + unknown[1], "is not a known field")
    if path.rpartition(".")[2] == "score":
        return invalid(path, f"{_SCORE_RULE} ({rule})")
    return invalid(path or "body", rule)


def _explain_syntax(body: bytes, error: Exception) -> ProblemError:
    patient = _read_patiently(body)
    if field := _find(patient, lambda value: isinstance(value, _NotANumber)):
        return _malformed(field, "NaN and Infinity are not JSON")
    if field := _find(patient, _is_bad_text):
        return _malformed(field, "is not valid UTF-8")
    if not body.strip():
        return _malformed("", "is empty")
    return _malformed("", "is not valid UTF-8" if isinstance(error, UnicodeDecodeError) else str(error))


def _read_patiently(body: bytes) -> Any:
    """``body`` as Python's own parser takes it, or None."""
    try:
        return json.loads(body.decode(errors="surrogateescape"), parse_constant=lambda _: _NotANumber())
    except (ValueError, RecursionError):
        return None


def _is_bad_text(value: Any) -> bool:
    return isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value)


def _find(document: Any, wanted: Callable[[Any], bool]) -> str:
    """The path of the first value or key that is ``wanted``, or nothing."""
    waiting = [("", document)]
    while waiting:
        path, value = waiting.pop()
        if wanted(value):
            return path or "body"
        for step, key, child in _steps(value):
            if wanted(key):
                return path or "body"
            waiting.append((f"{path}{step}".lstrip("."), child))
    return ""


def _steps(value: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(value, dict):
        yield from ((f".{key}", key, child) for key, child in value.items())
    elif isinstance(value, list):
        yield from ((f"[{index}]", index, child) for index, child in enumerate(value))


def _malformed(field: str, message: str) -> ProblemError:
    name = field or "body"
    return ProblemError(ProblemType.MALFORMED_BODY, f"{name}: {message}", errors=[FieldError(name, message)])
