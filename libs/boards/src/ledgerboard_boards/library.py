"""The function library on the servers.

Its name and its functions' names hold a hash of their source, so a rolling upgrade runs old and new code side by side,
and a server that lost its functions, or never had them, is given them at the first call that misses them. On a cluster
every primary is given them, and a batch goes to each primary by itself.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, Protocol, TypeGuard, TypeVar

import redis

from ledgerboard_infra.valkey import RedisClient, primaries, redis_errors, route

T = TypeVar("T")

Call = tuple[Sequence[bytes], Sequence[bytes | int]]
"""The keys, all of one board, and the arguments of one function call."""

_PARTS: Final = (
    "ordering.lua", "states.lua", "fold_entries.lua", "fold_sums.lua", "fold_views.lua", "apply.lua", "fold.lua",
    "restate.lua", "reads.lua", "pages.lua", "places.lua", "tops.lua", "registry.lua", "buckets.lua",
    "beside.lua",
)  # fmt: skip
"""The source, in the order in which the parts build on each other."""

_MISSING: Final = "Function not found"
_EXISTS: Final = "already exists"

NOT_LIVE: Final = "NOTLIVE"
EXPIRED: Final = "EXPIRED"
TOO_DEEP: Final = "TOODEEP"
"""The words with which the functions refuse. Every other error is a failure. A cluster's own MOVED is none of them."""


class Guard(Protocol):
    """What every call to the server goes through: it makes the call, or raises `UnavailableError` at once."""

    def call(self, action: Callable[[], T]) -> T:
        """What ``action`` returns or raises."""
        ...


class Unguarded:
    """Makes every call."""

    def call(self, action: Callable[[], T]) -> T:
        """What ``action`` returns or raises."""
        return action()


class FunctionLibrary:
    """Calls the functions, each by its plain name, and loads them where they are missing.

    Every call raises `UnavailableError` where Redis is down or cannot serve now, and redis.ResponseError otherwise.
    """

    def __init__(self, client: RedisClient, guard: Guard) -> None:
        self._client = client
        self._guard = guard
        template = "".join(files(__package__).joinpath("functions", part).read_text("utf-8") for part in _PARTS)
        self._version = sha256(template.encode()).hexdigest()[:16]
        self._source = f"#!lua name=ledgerboard_{self._version}\n" + template.replace("@VERSION@", self._version)

    def read(self, function: str, keys: Sequence[bytes], *arguments: bytes | int) -> Any:
        """The reply of a function that writes nothing. A replica may serve it."""
        return self._guard.call(lambda: self._call("FCALL_RO", function, keys, arguments))

    def write(self, function: str, keys: Sequence[bytes], *arguments: bytes | int) -> Any:
        """The reply of a function that writes."""
        return self._guard.call(lambda: self._call("FCALL", function, keys, arguments))

    def read_all(self, function: str, calls: Sequence[Call]) -> list[Any]:
        """As `write_all`, of a function that writes nothing. A refusal stands in the place of its reply."""
        return self._guard.call(lambda: self._call_all("FCALL_RO", function, calls))

    def write_all(self, function: str, calls: Sequence[Call]) -> list[Any]:
        """The replies of many calls, sent without waiting in between. Each call is atomic, all of them together not.

        The first call that failed is raised after all of them were made.
        """
        return self._guard.call(lambda: self._call_all("FCALL", function, calls))

    @redis_errors()
    def _call_all(self, command: str, function: str, calls: Sequence[Call]) -> list[Any]:
        replies = self._pipeline(command, function, calls)
        missed = [place for place, reply in enumerate(replies) if _is_missing(reply)]
        if missed:
            self._load()
            again = self._pipeline(command, function, [calls[place] for place in missed])
            for place, reply in zip(missed, again, strict=True):
                replies[place] = reply
        for reply in replies:
            if isinstance(reply, Exception) and not is_refusal(reply):
                raise reply
        return replies

    def _pipeline(self, command: str, function: str, calls: Sequence[Call]) -> list[Any]:
        name = self._name(function)
        with self._client.pipeline(transaction=False) as pipeline:
            for keys, arguments in calls:
                pipeline.execute_command(command, name, len(keys), *keys, *arguments, **self._route(keys))
            return pipeline.execute(raise_on_error=False)

    @redis_errors()
    def _call(self, command: str, function: str, keys: Sequence[bytes], arguments: Sequence[bytes | int]) -> Any:
        try:
            return self._execute(command, function, keys, arguments)
        except redis.ResponseError as error:
            if not _is_missing(error):
                raise
        self._load()
        return self._execute(command, function, keys, arguments)

    def _execute(self, command: str, function: str, keys: Sequence[bytes], arguments: Sequence[bytes | int]) -> Any:
        name = self._name(function)
        words = (command, name, len(keys), *keys, *arguments)
        return self._client.execute_command(*words, **self._route(keys))  # type: ignore[no-untyped-call]

    def _route(self, keys: Sequence[bytes]) -> dict[str, Any]:
        """All keys of a call are of one board, and so on one server."""
        return route(self._client, keys[0]) if keys else {}

    def _name(self, function: str) -> str:
        return f"ledgerboard_{function}_{self._version}"

    def _load(self) -> None:
        for server in primaries(self._client):
            try:
                server.function_load(self._source)
            except redis.ResponseError as error:
                if _EXISTS not in str(error):  # It has them, or someone else was faster, with the same content.
                    raise


def _is_missing(reply: object) -> bool:
    return isinstance(reply, redis.ResponseError) and _MISSING in str(reply)


def is_refusal(reply: object) -> TypeGuard[redis.ResponseError]:
    """Whether a function refused to answer, rather than failed."""
    return isinstance(reply, redis.ResponseError) and str(reply).startswith((NOT_LIVE, EXPIRED, TOO_DEEP))
