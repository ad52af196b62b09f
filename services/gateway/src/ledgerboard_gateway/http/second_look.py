"""Decode bodies, and say what is wrong with one that does not decode, by field.

No text of a body holds NUL, which JSON can write and PostgreSQL cannot keep.

Only broken requests get a second look. It reads the tokens of the body one by one to find the field in which a bare
``NaN``, ``Infinity`` or bytes that are not UTF-8 made the whole body unreadable, and keeps nothing but the way to where
it is: whatever a body holds, the look costs no more memory than a small multiple of the body.
"""

import json
import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType, invalid

MAX_STEP_LENGTH: Final = 64
"""Characters of a field's name, or of a rule that quotes a value, that an answer repeats."""

MAX_DEPTH: Final = 64
"""How deep a fault is looked for. No body of ours nests that deep; the attributes of a play end at 16."""

MAX_RULE_LENGTH: Final = 300

B = TypeVar("B")

_AT: Final = re.compile(r"^(?P<rule>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_MISSING: Final = re.compile(r"missing required field `(.*?)`")
_UNKNOWN: Final = re.compile(r"contains unknown field `(.*?)`", re.DOTALL)
_SCORE_RULE: Final = "must be an integer within +-2^53"
_NUL_ESCAPE: Final = b"\\u0000"

_TOKEN: Final = re.compile(
    rb'[ \t\r\n]*+(?:(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<mark>[][{},:])|(?P<word>[^][{},:" \t\r\n]++))', re.DOTALL
)
"""One token of JSON. Its repetitions are possessive: they keep nothing to come back to."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NOT_NUMBERS: Final = frozenset({b"NaN", b"Infinity", b"-Infinity"})


def decoded(decoder: "msgspec.json.Decoder[B]", body: bytes | msgspec.Raw) -> B:
    """What ``decoder`` reads in ``body``. Raises the problem that names the field at fault.

    It has no cause, since that might show what the body holds.
    """
    try:
        read = decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explain(bytes(body), error) from None
    text = bytes(body)
    if _NUL_ESCAPE in text and (field := _place(text, _has_nul)):
        raise invalid(field, "must not contain NUL characters")
    return read


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
        return invalid(prefix + _cut(unknown[1]), "is not a known field")
    rule = _cut(rule, MAX_RULE_LENGTH)
    if path.rpartition(".")[2] == "score":
        return invalid(path, f"{_SCORE_RULE} ({rule})")
    return invalid(path or "body", rule)


def _explain_syntax(body: bytes, error: Exception) -> ProblemError:
    if field := _place(body, _NOT_NUMBERS.__contains__):
        return _malformed(field, "NaN and Infinity are not JSON")
    if field := _place(body, _is_bad_text):
        return _malformed(field, "is not valid UTF-8")
    if not body.strip():
        return _malformed("", "is empty")
    return _malformed("", "is not valid UTF-8" if isinstance(error, UnicodeDecodeError) else str(error))


def _malformed(field: str, message: str) -> ProblemError:
    name = field or "body"
    return ProblemError(ProblemType.MALFORMED_BODY, f"{name}: {message}", errors=[FieldError(name, message)])


def _place(body: bytes, is_fault: Callable[[bytes], bool]) -> str:
    """Where the first token is that is at fault, or nothing. Of a field's name that is the object which has it."""
    way, end = _Way(), 0
    while token := _TOKEN.match(body, end):  # To search would go over a body of blanks again from each of them.
        end = token.end()
        text, mark, word = token["text"], token["mark"], token["word"]
        if (text or word) and is_fault(text or word):
            return str(way)
        if text and way.awaits_name:
            way.enter_field(text)
        if mark and not way.follow(mark):
            return ""
    return ""


class _Way:
    """The way from the whole body to a value: a place in each list, a field in each object on it."""

    def __init__(self) -> None:
        self._steps: list[int | str | None] = []

    @property
    def awaits_name(self) -> bool:
        """Whether the next text is the name of a field."""
        return bool(self._steps) and self._steps[-1] is None

    def enter_field(self, name: bytes) -> None:
        """Go on to the field of that name, which is a token with its quotes."""
        self._steps[-1] = _cut(name[1:-1][: 4 * MAX_STEP_LENGTH].decode(errors="replace"))

    def follow(self, mark: bytes) -> bool:
        """Go where a mark leads. False where that is too deep."""
        if mark in b"[{":
            self._steps.append(0 if mark == b"[" else None)
        elif self._steps and mark in b"]}":
            self._steps.pop()
        elif self._steps and mark == b",":
            last = self._steps[-1]
            self._steps[-1] = last + 1 if isinstance(last, int) else None
        return len(self._steps) <= MAX_DEPTH

    def __str__(self) -> str:
        """As ``attributes.laps[1]``, or ``body`` for the whole of it."""
        named = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self._steps if step is not None)
        return "".join(named).lstrip(".") or "body"


def _is_bad_text(token: bytes) -> bool:
    """Whether a text has bytes that are not UTF-8, or half a surrogate pair, which UTF-8 cannot write."""
    return _holds(token, lambda text: text is None or _SURROGATE.search(text) is not None)


def _has_nul(token: bytes) -> bool:
    return _NUL_ESCAPE in token and _holds(token, lambda text: text is not None and "\0" in text)


def _holds(token: bytes, is_fault: Callable[[str | None], bool]) -> bool:
    """Whether the text of a token is at fault; None stands for one that is not UTF-8."""
    if not token.startswith(b'"') or (token.isascii() and b"\\u" not in token):
        return False
    try:
        return is_fault(json.loads(token.decode(), strict=False))
    except UnicodeDecodeError:
        return is_fault(None)
    except ValueError:
        return False  # An escape that there is not, which msgspec has named already.


def _cut(text: str, most: int = MAX_STEP_LENGTH) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
