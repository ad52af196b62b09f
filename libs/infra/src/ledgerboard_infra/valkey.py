"""Redis or Valkey connections: bounded in time, and with their errors in our words.

The client never repeats a command by itself: after a lost connection nobody knows whether the first one was applied,
and only the caller knows whether applying it twice does harm.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis
from redis.backoff import NoBackoff
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
_UNAVAILABLE: Final = (
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.AuthenticationError,
)


def make_redis(settings: RedisSettings) -> redis.Redis:
    """A client that connects at first use, answers in bytes, and may be shared by threads."""
    return redis.Redis.from_url(
        settings.url,
        socket_timeout=settings.timeout_seconds,
        socket_connect_timeout=settings.timeout_seconds,
        socket_keepalive=True,
        health_check_interval=_HEALTH_CHECK_SECONDS,
        retry=Retry(NoBackoff(), retries=0),
    )


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
