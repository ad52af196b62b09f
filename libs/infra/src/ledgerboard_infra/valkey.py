"""Redis or Valkey connections: bounded in time, and with their errors in our words.

The client never repeats a command by itself: after a lost connection nobody knows whether the first one was applied,
and only the caller knows whether applying it twice does harm. A cluster's client follows a redirection, which tells
that nothing was applied, and learns from a failure which primaries there are now.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException
from redis.retry import Retry

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.secrets import Credentials
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey_logins import login_options, without_login

_HEALTH_CHECK_SECONDS: Final = 15
_TRIES_A_PRIMARY: Final = 64
"""Names tried for each primary until each has one: with 64 a primary with a fair share of slots is always found."""
_UNAVAILABLE_REPLIES: Final = frozenset(
    {
        "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOAUTH", "NOPERM", "NOREPLICAS", "OOM", "READONLY",
        "TRYAGAIN", "WRONGPASS",
    }
)  # fmt: skip
"""The first words of such replies, as far as redis-py leaves them in the message."""

_MOVING_SLOT: Final = "access a non local key"
"""What a script is told that meets a key which went to another primary already, while its slot moves key by key."""

_OF_PIPELINE: Final = " of pipeline caused error: "
"""What redis-py puts before the reply to a command of a pipeline."""

_UNAVAILABLE: Final = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.AuthenticationError,
    redis.exceptions.NoPermissionError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.ClusterError,
    redis.exceptions.TryAgainError,
    redis.exceptions.AskError,  # And its MovedError: another server has the key now, and the client did not know yet.
    RedisClusterException,
)

_NO_EVICTION: Final = "noeviction"

RedisClient: TypeAlias = redis.Redis | RedisCluster
"""One server, or a cluster of them. Both take the same commands; those of one call must then share a hash tag."""


def make_redis(settings: RedisSettings, credentials: Credentials | None = None) -> RedisClient:
    """A client that answers in bytes and may be shared by threads. ``credentials`` bring the password, else the URL.

    One server is connected to at first use. A cluster is asked for its nodes at once: raises `UnavailableError`.
    """
    options: dict[str, Any] = {
        "socket_timeout": settings.timeout_seconds,
        "socket_connect_timeout": settings.timeout_seconds,
        "socket_keepalive": True,
        "health_check_interval": _HEALTH_CHECK_SECONDS,
        "retry": Retry(NoBackoff(), retries=0),
    }
    url = settings.url
    if credentials is not None:
        url, options = without_login(url), options | login_options(url, credentials)
    if not settings.cluster:
        return redis.Redis.from_url(url, **options)
    with redis_errors():
        return RedisCluster.from_url(url, **options)


def primaries(client: RedisClient) -> Sequence[redis.Redis]:
    """A client of each server that takes writes."""
    if isinstance(client, redis.Redis):
        return [client]
    return [client.get_redis_connection(node) for node in client.get_primaries()]  # type: ignore[no-untyped-call]


def learn_primaries(client: RedisClient) -> None:
    """Ask a cluster which primaries it has now. Its client does so by itself only where a command of its own failed."""
    if not isinstance(client, redis.Redis):
        with redis_errors():
            client.nodes_manager.initialize()


@dataclass(frozen=True, slots=True)
class Memory:
    """What a server holds, in bytes, and what it does when it is full. ``most`` is 0 where nothing bounds it."""

    used: int
    most: int
    policy: str

    def check(self, server: str) -> None:
        """Raise `MisconfiguredError` where a full server deletes keys of its choice instead of refusing to write."""
        if self.policy not in {_NO_EVICTION, ""}:
            name = server or "Redis"
            raise MisconfiguredError(f"maxmemory-policy of {name} is {self.policy!r} and must be {_NO_EVICTION!r}")


def information(text: bytes) -> Mapping[str, str]:
    """The fields of an answer to INFO, as they stand there: redis-py would take an id of digits for a number."""
    lines = text.decode().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def memory_of(facts: Mapping[str, Any]) -> Memory:
    """The section ``memory`` of INFO. A service that hides its policy is not judged by it."""
    return Memory(int(facts["used_memory"]), int(facts.get("maxmemory", 0)), str(facts.get("maxmemory_policy", "")))


def check_eviction(client: RedisClient) -> None:
    """Raise `MisconfiguredError` where a primary evicts keys, and `UnavailableError` where one cannot be asked."""
    for server in primaries(client):
        with redis_errors():
            facts: Any = server.info("memory")
        memory_of(facts).check(_name_of(server))


def _name_of(server: redis.Redis) -> str:
    options = server.connection_pool.connection_kwargs
    return f"{options['host']}:{options['port']}" if "host" in options else ""


@dataclass(frozen=True, slots=True)
class PlacedKey:
    """A key, and the primary that has it. The name of a server without a cluster is empty."""

    key: bytes
    primary_name: str
    primary: redis.Redis


def a_key_on_each_primary(client: RedisClient, prefix: str) -> Sequence[PlacedKey]:
    """For each primary a key of its own, which begins with ``prefix``: the same as long as it has the same slots."""
    if isinstance(client, redis.Redis):
        return [PlacedKey(f"{prefix}/0".encode(), "", client)]
    found: dict[str, PlacedKey] = {}
    for number in range(_TRIES_A_PRIMARY * len(client.get_primaries())):  # type: ignore[no-untyped-call]
        key = f"{prefix}/{number}".encode()
        node = client.get_node_from_key(key)  # type: ignore[no-untyped-call]
        if node.name not in found:
            found[node.name] = PlacedKey(key, node.name, client.get_redis_connection(node))
    return list(found.values())


def primary_name(client: RedisClient, key: bytes) -> str:
    """The name of the primary that has ``key``, as in `PlacedKey`."""
    if isinstance(client, redis.Redis):
        return ""
    name: str = client.get_node_from_key(key).name  # type: ignore[no-untyped-call]
    return name


def route(client: RedisClient, key: bytes) -> dict[str, Any]:
    """What ``execute_command`` takes to go straight to the primary that has ``key``.

    Left to itself, a cluster's client asks a server where the keys of a function call are, before each call.
    """
    if isinstance(client, redis.Redis):
        return {}
    return {"target_nodes": client.get_node_from_key(key)}  # type: ignore[no-untyped-call]


class RedisClock:
    """The clock of the server, or of one server of a cluster. Raises `UnavailableError` when it is down."""

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    def now(self) -> datetime:
        """This moment, as the server has it: aware, UTC."""
        with redis_errors():
            seconds, microseconds = primaries(self._client)[0].time()
        return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(microseconds))


@contextmanager
def redis_errors() -> Iterator[None]:
    """Translate what is not the command's fault to `UnavailableError`; let everything else through."""
    try:
        yield
    except _UNAVAILABLE as error:
        raise UnavailableError(f"Redis: {error}") from error
    except redis.ResponseError as error:
        reply = str(error).rpartition(_OF_PIPELINE)[2]
        if reply.partition(" ")[0] in _UNAVAILABLE_REPLIES or _MOVING_SLOT in reply:
            raise UnavailableError(f"Redis: {error}") from error
        raise
