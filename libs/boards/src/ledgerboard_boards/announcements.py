"""Hear of changed tops: a thread that stays subscribed to the channel on which folds announce them.

Redis forgets a message once it was sent, so whoever was not connected has missed it for good. The listener is therefore
told of every connection and of every loss, also of one that redis-py mended by itself.
"""

import threading
import time
from typing import Any, Final, Protocol

import redis

from ledgerboard_boards.keys import Keyspace
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.valkey import RedisClient, redis_errors

_POLL_SECONDS: Final = 0.25
_PING_SECONDS: Final = 1.0
_SILENCE_SECONDS: Final = 3.0
"""After so long without an answer to a ping the connection is taken for dead."""

_RETRY_SECONDS: Final = 0.5

_log = get_logger(__name__)


class Listener(Protocol):
    """Who wants to hear of changed tops. Called from one thread."""

    def connected(self) -> None:
        """From now on every change is told."""
        ...

    def lost(self) -> None:
        """Changes may go untold until `connected`."""
        ...

    def heard(self, top_key: bytes, version: int) -> None:
        """The top under that key has that version now."""
        ...


class TopAnnouncements:
    """Tells one listener of all changed tops of a stage, from `start` to `close`."""

    def __init__(self, client: RedisClient, stage: str, listener: Listener) -> None:
        self._client = client
        self._channel = Keyspace(stage).channel
        self._listener = listener
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="top-announcements", daemon=True)

    def start(self) -> None:
        """Subscribe in the background, again and again until it works."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and say so."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._subscribe()
            except (UnavailableError, redis.RedisError) as error:
                _log.warning("tops are not heard of", error=str(error))
            finally:
                self._listener.lost()
            self._stopping.wait(_RETRY_SECONDS)

    @redis_errors()
    def _subscribe(self) -> None:
        with self._client.pubsub() as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(self._channel)
            self._listen(subscription)

    def _listen(self, subscription: Any) -> None:
        heard_at = pinged_at = time.monotonic()
        while not self._stopping.is_set():
            message = subscription.get_message(timeout=_POLL_SECONDS)
            now = time.monotonic()
            if message is not None:
                heard_at = now
                self._tell(message)
            elif now - heard_at > _SILENCE_SECONDS:
                raise redis.TimeoutError("the subscription does not answer")
            elif now - max(heard_at, pinged_at) > _PING_SECONDS:
                pinged_at = now
                subscription.ping()

    def _tell(self, message: dict[str, Any]) -> None:
        """A confirmation tells of a new connection, so of a gap before it, whoever made it."""
        if message["type"] == "subscribe":
            self._listener.connected()
        elif message["type"] == "message":
            version, _, top_key = message["data"].partition(b" ")
            self._listener.heard(top_key, int(version))
