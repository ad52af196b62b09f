"""Bodies that cost a parser more than they weigh, each of about a given size."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

Make = Callable[[int], bytes]


def _filled(before: bytes, unit: bytes, after: bytes, size_bytes: int) -> bytes:
    """``unit`` as often as it fits, with commas between."""
    count = max(1, (size_bytes - len(before) - len(after) + 1) // (len(unit) + 1))
    return before + b",".join([unit] * count) + after


def _long_key(size_bytes: int, first: bytes) -> bytes:
    """A long key over a wide list, which a search that carries paths as text copies for each element."""
    return _filled(b'{"players":%b,"%b":[' % (first, b"k" * (size_bytes * 3 // 5)), b"1", b"]}", size_bytes)


def _many_keys(size_bytes: int) -> bytes:
    members = b",".join(b'"%05d":1' % number for number in range(max(1, size_bytes // 10)))
    return b"{" + members + b"}"


FAMILIES: Final[Mapping[str, Make]] = {
    "a long key over a wide list": lambda size: _long_key(size, b"NaN"),
    "the same with the fault at the end": lambda size: _long_key(size - 10, b"1")[:-2] + b",NaN]}",
    "a wide list of numbers": lambda size: _filled(b"[", b"1", b"]", size),
    "a wide list that ends in NaN": lambda size: _filled(b"[", b"1", b",NaN]", size),
    "empty lists": lambda size: _filled(b'{"players":[', b"[]", b"]}", size),
    "empty objects": lambda size: _filled(b"[", b"{}", b"]", size),
    "empty objects and NaN": lambda size: _filled(b"[", b"{}", b",NaN]", size),
    "deep lists": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "deep lists without an end": lambda size: b"[" * size,
    "deep objects": lambda size: b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6),
    "deep objects around NaN": lambda size: b'{"a":' * (size // 6) + b"NaN" + b"}" * (size // 6),
    "many keys": _many_keys,
    "many keys and NaN": lambda size: _many_keys(size - 8)[:-1] + b',"z":NaN}',
    "a huge number": lambda size: b'{"score":' + b"9" * (size - 10) + b"}",
    "a huge fraction": lambda size: b'{"score":0.' + b"1" * (size - 12) + b"}",
    "a long text": lambda size: b'{"player":"' + b"a" * (size - 13) + b'"}',
    "a long text of wide letters": lambda size: b'{"player":"' + "🎮".encode() * (size // 4 - 4) + b'"}',
    "wide letters and a byte that is none": lambda size: b'{"player":"' + "🎮".encode() * (size // 4 - 4) + b'\xff"}',
    "a text of escapes": lambda size: b'{"player":"' + b"\\n" * (size // 2 - 7) + b'"}',
    "a text of escapes and a lone surrogate": lambda size: b'{"a":"' + b"\\n" * (size // 2 - 7) + b'\\ud800"}',
    "a text without an end": lambda size: b'{"player":"' + b"\\" * (size - 11),
    "short texts": lambda size: _filled(b'{"players":[', b'""', b"]}", size),
    "a long unknown field": lambda size: b'{"' + b"k" * (size - 6) + b'":1}',
    "a long choice": lambda size: b'{"order":"' + b"a" * (size - 12) + b'"}',
    "blanks": lambda size: b" " * size,
}


def of_example(example: Mapping[str, Any], size_bytes: int) -> Iterator[tuple[str, bytes]]:
    """The example with each field in turn replaced by what is wide, deep or wrong many times over."""
    for name in example:
        for about, unit in _UNITS.items():
            head = msgspec.json.encode({key: value for key, value in example.items() if key != name})[:-1]
            head += b"," if len(head) > 1 else b""
            yield f"{name}: {about}", _filled(b'%b"%b":[' % (head, name.encode()), unit, b"]}", size_bytes)


_UNITS: Final = {"numbers": b"1", "texts": b'"a"', "lists": b"[]", "objects": b"{}", "unknown fields": b'{"a":1}'}
