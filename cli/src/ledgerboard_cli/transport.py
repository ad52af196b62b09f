"""Ask the gateway over HTTP, and read its answers or its problems.

No request is sent twice: everything the operator asks is safe to repeat, and it is the operator who repeats it.
"""

import http.client
import ssl
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

T = TypeVar("T")


class GatewayError(Exception):
    """The gateway could not be reached, refused, or is none. The message is fit for the operator."""


class Problem(msgspec.Struct, frozen=True):
    """What is read of a problem document (RFC 9457)."""

    type: str
    title: str
    detail: str = ""


class Transport:
    """The gateway. ``url`` may have a path, behind which the routes are then found."""

    def __init__(self, url: str, key: str, timeout_seconds: float) -> None:
        self._url = urlsplit(url)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._timeout_seconds = timeout_seconds

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `GatewayError` where there is none."""
        content = None if body is None else msgspec.json.encode(body)
        try:
            with closing(self._connect()) as connection:
                connection.request(method, self._url.path.rstrip("/") + path, content, self._headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise GatewayError(f"{self._url.geturl()} does not answer: {error}") from error

    def get(self, kind: type[T], method: str, path: str, body: Any = None) -> T:
        """The answer, read as ``kind``. Raises `GatewayError`, also for a refusal."""
        status, content = self.ask(method, path, body)
        if status >= HTTPStatus.BAD_REQUEST:
            raise refusal(status, content)
        return decode(content, kind)

    def _connect(self) -> http.client.HTTPConnection:
        if self._url.scheme == "https":
            trust = ssl.create_default_context()
            return http.client.HTTPSConnection(self._url.netloc, timeout=self._timeout_seconds, context=trust)
        return http.client.HTTPConnection(self._url.netloc, timeout=self._timeout_seconds)


def path(*segments: str, query: Mapping[str, object] | None = None) -> str:
    """A path of ours, each segment quoted, with those of ``query`` that are given."""
    given = {name: value for name, value in (query or {}).items() if value is not None}
    quoted = "/".join(["", *(quote(segment, safe="") for segment in segments)])
    return f"{quoted}?{urlencode(given)}" if given else quoted


def problem(status: int, body: bytes) -> Problem:
    """The problem in an answer. Raises `GatewayError` where there is none."""
    try:
        return msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayError(f"answered {status} without a reason: is this the gateway's address?") from error


def refusal(status: int, body: bytes) -> GatewayError:
    """The gateway's own words for why it does not do it."""
    told = problem(status, body)
    return GatewayError(f"refused ({status}, {told.title}): {told.detail}")


def decode(body: bytes, kind: type[T]) -> T:
    """The answer, as far as this release understands it. Raises `GatewayError`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayError(f"told what cannot be understood ({error}): is it newer?") from error
