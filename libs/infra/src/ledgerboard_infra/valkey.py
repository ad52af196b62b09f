"""Redis or Valkey connections: bounded in time, and with their errors in our words.

The client never repeats a command by itself: after a lost connection nobody knows whether the first one was applied,
and only the caller knows whether applying it twice does harm. A cluster's client follows a redirection, which tells
that nothing was applied, and learns from a failure which primaries there are now.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException
from redis.retry import Retry

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings

_HEALTH_CHECK_SECONDS: Final = 15
_UNAVAILABLE_REPLIES: Final = frozenset(
    {
        "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOAUTH", "NOPERM", "NOREPLICAS", "OOM", "READONLY",
        "TRYAGAIN", "WRONGPASS",
    }
)  # fmt: skip
"""The first words of such replies, as far as redis-py leaves them in the message."""

_UNAVAILABLE: Final = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.AuthenticationError,
    redis.exceptions.NoPermissionError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.TryAgainError,
    RedisClusterException,
)

RedisClient: TypeAlias = redis.Redis | RedisCluster
"""One server, or a cluster of them. Both take the same commands; those of one call must then share a hash tag."""


def make_redis(settings: RedisSettings) -> RedisClient:
    """A client that answers in bytes and may be shared by threads.

    One server is connected to at first use. A cluster is asked for its nodes at once: raises `UnavailableError`.
    """
    options: dict[str, Any] = {
        "socket_timeout": settings.timeout_seconds,
        "socket_connect_timeout": settings.timeout_seconds,
        "socket_keepalive": True,
        "health_check_interval": _HEALTH_CHECK_SECONDS,
        "retry": Retry(NoBackoff(), retries=0),
    }
    if not settings.cluster:
        return redis.Redis.from_url(settings.url, **options)
    with redis_errors():
        return RedisCluster.from_url(settings.url, **options)


def primaries(client: RedisClient) -> Sequence[redis.Redis]:
    """A client of each server that takes writes."""
    if isinstance(client, redis.Redis):
        return [client]
    return [client.get_redis_connection(node) for node in client.get_primaries()]  # type: ignore[no-untyped-call]


def route(client: RedisClient, key: bytes) -> dict[str, Any]:
    """What ``execute_command`` takes to go straight to the primary that has ``key``.

    Left to itself, a cluster's client asks a server where the keys of a function call are, before each call.
    """
    if isinstance(client, redis.Redis):
        return {}
    return {"target_nodes": client.get_node_from_key(key)}  # type: ignore[no-untyped-call]


@contextmanager
def redis_errors() -> Iterator[None]:
    """Translate what is not the command's fault to `UnavailableError`; let everything else through."""
    try:
        yield
    except _UNAVAILABLE as error:
        raise UnavailableError(f"Redis: {error}") from error
    except redis.ResponseError as error:
        if str(error).partition(" ")[0] in _UNAVAILABLE_REPLIES:
            raise UnavailableError(f"Redis: {error}") from error
        raise
