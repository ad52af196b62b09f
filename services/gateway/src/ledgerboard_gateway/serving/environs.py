"""Make the WSGI environ of a request that came by ASGI.

Nothing is mended on the way: the path is decoded byte for byte, and two ``Host`` headers are no host.
"""

import sys
from collections.abc import Iterable, Mapping, MutableMapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

STARTED: Final = "ledgerboard.started"
"""When the request's head was there, as `time.perf_counter` tells it."""

REFUSAL: Final = "ledgerboard.refusal"
"""Why the request is refused before the application sees it: a `Refusal`."""

_FIXED: Final[Mapping[str, Any]] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}
_VERSIONS: Final = {"1": "HTTP/1.0", "1.1": "HTTP/1.1"}
_UNPREFIXED: Final = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


class Refusal(Enum):
    """Why a request goes no further."""

    OVERLOADED = "overloaded"
    """Every place was taken for as long as a request may wait for one."""


def environ_of(scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """The environ, but for ``wsgi.input``."""
    raw_path: bytes = scope["raw_path"]
    client, server = scope["client"] or ("", 0), scope["server"] or ("", 0)
    return {
        **_FIXED,
        "REQUEST_METHOD": scope["method"],
        "SERVER_PROTOCOL": _VERSIONS.get(scope["http_version"], "HTTP/1.1"),
        "PATH_INFO": (unquote_to_bytes(raw_path) if b"%" in raw_path else raw_path).decode("latin-1"),
        "RAW_URI": raw_path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": client[0],
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "wsgi.url_scheme": scope["scheme"],
        **_headers(scope["headers"]),
    }


def _headers(given: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in an environ. One that comes again is joined by a comma, which no ``Host`` has."""
    headers: dict[str, str] = {}
    for name, value in given:
        variable = _variable(name)
        text = value.decode("latin-1") if value.isascii() or variable == "HTTP_HOST" else ""
        headers[variable] = f"{headers[variable]},{text}" if variable in headers else text
    if headers.get("HTTP_HOST") == "":
        del headers["HTTP_HOST"]  # granian puts an empty one where there is none.
    return headers


@lru_cache(maxsize=256)
def _variable(name: bytes) -> str:
    variable = name.decode("latin-1").upper().replace("-", "_")
    return variable if variable in _UNPREFIXED else f"HTTP_{variable}"
