"""Requests to every operation of the document, byte for byte as no sound client writes them.

Where `fuzzing` asks what the document's schemas make up, this breaks what lies below them: the bytes of texts, the
encodings of bodies, their sizes, and what a connection is at.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import msgspec

HOSTILE: Final = (
    b"%00", b"a%00b", b"a%1F", b"%7F", b"%C2%85", b"%E2%80%A8", b"%FF", b"a%C3%28", b"%ED%A0%80", b"%C0%80", b"%zz",
    b"%", b"a" * 5_000, b"%F0%9F%8E%AE" * 300, b"\xff", b"\xed\xa0\x80", b"%25%30%30", b"..%2F..%2Fkeys", b"%E2%80%AE",
)  # fmt: skip
"""NUL and controls, bytes that are no UTF-8, surrogates, overlong and broken encodings, long texts, detours."""

IN_JSON: Final = (
    b'"\\u0000"', b'"a\\u0000b"', b'"\x00"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff"', b'"\xed\xa0\x80"',
    b'"\xc0\x80"', b'"\\u001f"', b'"\\u2028"', b'"\\u202e"', b'"\\x00"', b'"' + b"a" * 3_000 + b'"', b"NaN", b"-0",
    b"1e999", b"9" * 400, b"nul",
)  # fmt: skip
"""The same as texts of JSON, and what is no JSON."""

IN_HEADERS: Final = (b"", b"\xff", b"\xc3\xa9", b"a,b", b"a" * 5_000, b'"', b"%00", b"\t", b"wait=99999999999999999999")

_STATES: Final = (
    b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Upgrade: websocket\r\n",
    b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: \r\n", b"X: " + b"a" * 20_000 + b"\r\n",
    b"X: y\r\n" * 90,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document with what an example request to it has."""

    method: str
    path: str
    parameters: Sequence[Mapping[str, Any]]
    body: Mapping[str, Any] | None
    statuses: frozenset[int]

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class RawRequest:
    """What is sent. ``is_whole`` says whether the server may wait for more of it."""

    operation: Operation
    kind: str
    sent: bytes
    is_whole: bool = True


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Those of the document, but the streams, which do not end."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or _streams(operation):
                continue
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
            parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
            statuses = frozenset(int(status) for status in operation["responses"] if status.isdigit())
            yield Operation(method.upper(), path, parameters, body, statuses)


def raw_requests(operation: Operation, credential: str | None) -> Iterator[RawRequest]:
    """All that are made of one operation."""
    maker = _Maker(operation, credential)
    kinds = {"bytes": maker.bytes_, "encoding": maker.encodings, "size": maker.sizes, "state": maker.states}
    for kind, make in kinds.items():
        for sent, is_whole in make():
            yield RawRequest(operation, kind, sent, is_whole)


class _Maker:
    def __init__(self, operation: Operation, credential: str | None) -> None:
        self._operation = operation
        self._credential = credential
        self._example = msgspec.json.encode(operation.body) if operation.body is not None else b""

    def bytes_(self) -> Iterator[tuple[bytes, bool]]:
        for parameter in self._operation.parameters:
            for hostile in IN_HEADERS if parameter["in"] == "header" else HOSTILE:
                yield self._request(self._example, given={parameter["name"]: hostile}), True
        for name in (b"Authorization", b"X-Request-ID", b"If-None-Match", b"Accept", b"Content-Type"):
            for hostile in IN_HEADERS:
                yield self._request(self._example, name + b": " + hostile + b"\r\n"), True
        for body in _bodies(self._operation.body):
            yield self._request(body), True

    def encodings(self) -> Iterator[tuple[bytes, bool]]:
        body = self._example or b"{}"
        for name, encoded in (
            (b"gzip", gzip.compress(body)), (b"deflate", zlib.compress(body)), (b"br", body), (b"x", body),
            (b"identity", body), (b"gzip, identity", body), (b"gzip", gzip.compress(b" " * 10_000_000)),
        ):  # fmt: skip
            yield self._request(encoded, b"Content-Encoding: " + name + b"\r\n"), True
        for charset in ("utf-16", "utf-32", "utf-16-le", "latin-1", "utf-8-sig", "utf-7"):
            kind = f"Content-Type: application/json; charset={charset}\r\n".encode()
            for head in (b"", kind):
                yield self._request(body.decode().encode(charset), head), True
        for coding in (b"chunked", b"gzip, chunked", b"chunked, chunked", b"identity"):
            yield (
                self._request(_chunked(body), b"Transfer-Encoding: " + coding + b"\r\n", length=None),
                coding == b"chunked",
            )
        yield self._request(b"zz\r\n" + body, b"Transfer-Encoding: chunked\r\n", length=None), True

    def sizes(self) -> Iterator[tuple[bytes, bool]]:
        body = self._example or b"{}"
        for size in (0, 1, 16_000, 40_000, 300_000, 1_100_000):
            yield self._request(b" " * size), True
            yield self._request(body + b" " * size), True
            yield self._request(_chunked(b" " * size), b"Transfer-Encoding: chunked\r\n", length=None), True
        for length in (b"-1", b"1e3", b"+2", b" 2 2", b"1, 2", b"2\r\nContent-Length: 3", b"99999999999999999999999"):
            yield self._request(body, length=length), True
        for length in (b"5000", b"1000000", b"999999999999"):
            yield self._request(body, length=length), False

    def states(self) -> Iterator[tuple[bytes, bool]]:
        for head in _STATES:
            yield self._request(self._example, head), True
        request = self._request(self._example)
        yield request + request, True
        yield request.replace(b"HTTP/1.1", b"HTTP/1.0", 1), True
        yield request.replace(b"HTTP/1.1", b"HTTP/2.0", 1), True
        yield request.replace(b"\r\n", b"\n"), True
        for host in (b"", b"Host: \r\n", b"Host: x\r\nHost: y\r\n", b"Host: a b\r\n", b"Host: a/b\r\n"):
            yield request.replace(b"Host: x\r\n", host, 1), True
        for cut in (len(request) // 3, len(request) - 1):
            yield request[:cut], False

    def _request(
        self, body: bytes, head: bytes = b"", *, given: Mapping[str, bytes] | None = None, length: bytes | None = b""
    ) -> bytes:
        given = given or {}
        target, query = self._operation.path.encode(), []
        for parameter in self._operation.parameters:
            name = parameter["name"]
            text = given.get(name, quote(str(parameter.get("example", "")), safe="").encode())
            if parameter["in"] == "path":
                target = target.replace(b"{%s}" % name.encode(), text)
            elif name in given and parameter["in"] == "query":
                query.append(name.encode() + b"=" + text)
            elif name in given:
                head += name.encode() + b": " + text + b"\r\n"
        target += b"?" * bool(query) + b"&".join(query)
        lines = [self._operation.method.encode() + b" " + target + b" HTTP/1.1\r\nHost: x\r\n", head]
        if self._credential and b"Authorization" not in head:
            lines.append(f"Authorization: Bearer {self._credential}\r\n".encode())
        if body and b"Content-Type" not in head:
            lines.append(b"Content-Type: application/json\r\n")
        if length is not None and (body or length):
            lines.append(b"Content-Length: " + (length or b"%d" % len(body)) + b"\r\n")
        return b"".join([*lines, b"\r\n", body])


def _bodies(example: Any) -> Iterator[bytes]:
    """The example with each of its values, and each of its names, in turn made hostile."""
    if example is None:
        return
    marked = (msgspec.json.encode(_marked(example, place)) for place in count())
    for body in marked:
        if _MARK not in body:
            break
        for hostile in IN_JSON:
            yield body.replace(_MARK, hostile)
    whole = msgspec.json.encode(example)
    for hostile in IN_JSON[:12]:
        yield whole.replace(b"{", b"{" + hostile + b":1,", 1)
    yield from (
        b"",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf" + whole,
        whole + b"\x00",
        whole[:-1],
        whole + whole,
        b"[" * 5_000,
    )


_MARK: Final = b'"<hostile>"'


def _marked(value: Any, place: int) -> Any:
    """The value with its leaf of that number replaced by the mark."""
    numbers = count()

    def walk(each: Any) -> Any:
        if isinstance(each, dict):
            return {name: walk(inner) for name, inner in each.items()}
        if isinstance(each, list):
            return [walk(inner) for inner in each]
        return "<hostile>" if next(numbers) == place else each

    return walk(value)


def _chunked(body: bytes) -> bytes:
    parts = [body[start : start + 10_000] for start in range(0, len(body), 10_000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _streams(operation: Mapping[str, Any]) -> bool:
    return any("text/event-stream" in answer.get("content", {}) for answer in operation["responses"].values())
