"""MiniStack behind a guard: it answers who shows the key of this start, and no page of a browser whatever it shows.

MiniStack takes any signature and lets pages of every origin read its answers. So a web page, or another user of this
machine, could read secrets, send messages and make managers. The key is what stands first in a signature, after
``Credential``; the signature itself is not checked, since only the processes of this start know the key.

Run as a program: ``guarded_aws [--key] HOST...``, the names by which it may be asked. With ``--key`` every call shows
the key that is in AWS_ACCESS_KEY_ID; without it pages alone are refused. It needs MiniStack and nothing of ours, so a
container may run it.
"""

import hmac
import importlib
import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ASKS_FOR_KEY: Final = "--key"
_OPEN_PATHS: Final = re.compile(r"/_ministack/(ready|health)\Z|/[\w-]+/\.well-known/jwks\.json\Z")
"""Whether it lives, and the public keys of a pool: neither is anybody's secret."""

_OPEN_TARGETS: Final = frozenset(
    f"AWSCognitoIdentityProviderService.{operation}".encode() for operation in ("SignUp", "ConfirmSignUp")
)
"""What AWS takes unsigned, and the gateway asks of it."""

_OF_BROWSERS: Final = (b"origin", b"sec-fetch-site", b"sec-fetch-mode")
_SIGNED: Final = re.compile(r"(?:Credential=|X-Amz-Credential=)([^/,&]+)/")


class Guard:
    """An ASGI application in front of MiniStack's. It answers 403 to what it does not let pass."""

    def __init__(self, app: App, hosts: Sequence[str], key: str) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the server's own start and end."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and self._lets_pass(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _lets_pass(self, scope: Scope) -> bool:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").partition(":")[0]
        if host not in self._hosts or any(name in headers for name in _OF_BROWSERS):
            return False
        return not self._key or _is_open(scope, headers) or self._is_known(scope, headers)

    def _is_known(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        signed = [headers.get(b"authorization", b""), scope["query_string"]]
        found = [match[1] for each in signed if (match := _SIGNED.search(unquote(each.decode("latin-1"))))]
        return any(hmac.compare_digest(each.encode(), self._key) for each in found)


def _is_open(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    is_told = scope["method"] == "GET" and _OPEN_PATHS.fullmatch(scope["path"]) is not None
    return is_told or headers.get(b"x-amz-target") in _OPEN_TARGETS


def main(arguments: Sequence[str]) -> None:
    """Put the guard before MiniStack, and run it."""
    hosts = [each for each in arguments if each != ASKS_FOR_KEY]
    key = os.environ["AWS_ACCESS_KEY_ID"] if ASKS_FOR_KEY in arguments else ""
    sys.argv = sys.argv[:1]  # MiniStack reads arguments, too.
    ministack: Any = importlib.import_module("ministack.app")  # Here, for whoever wants the guard alone.
    ministack.app = Guard(ministack.app, hosts, key)
    ministack.main()


if __name__ == "__main__":
    main(sys.argv[1:])
