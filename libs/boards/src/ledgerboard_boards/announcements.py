"""Hear of changed tops and of folded envelopes: a thread that stays subscribed to the channels that name them.

Redis forgets a message once it was sent, so whoever was not connected has missed it for good. Listeners are therefore
told of every connection and of every loss, also of one that redis-py mended by itself. Both channels share a
connection, so whoever hears of a folded envelope has heard before of every top that it changed.
"""

import threading
import time
from typing import Any, Final, Protocol
from uuid import UUID

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

    def moved(self, board: str) -> None:
        """Another generation of that board is read from now on."""
        ...


class FoldListener(Protocol):
    """Who wants to hear of folded envelopes. Called from one thread, with `connected` and `lost` as `Listener`."""

    def connected(self) -> None:
        """From now on every fold is told."""
        ...

    def lost(self) -> None:
        """Folds may go untold until `connected`."""
        ...

    def folded(self, envelope_id: UUID) -> None:
        """The facts of that envelope are in the boards."""
        ...


class TopAnnouncements:
    """Tells one listener of all changed tops of a stage, and maybe one of its folds, from `start` to `close`."""

    def __init__(
        self, client: RedisClient, stage: str, listener: Listener, fold_listener: FoldListener | None = None
    ) -> None:
        self._client = client
        self._keyspace = Keyspace(stage)
        self._tops = listener
        self._folds = fold_listener
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
                self._tell_of_loss()
            self._stopping.wait(_RETRY_SECONDS)

    @redis_errors()
    def _subscribe(self) -> None:
        with self._client.pubsub() as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(self._keyspace.channel)
            if self._folds is not None:
                subscription.subscribe(self._keyspace.folded_channel)
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
        if message["channel"] == self._keyspace.channel:
            self._tell_of_tops(message)
        elif self._folds is not None:
            self._tell_of_folds(message, self._folds)

    def _tell_of_tops(self, message: dict[str, Any]) -> None:
        """A confirmation tells of a new connection, so of a gap before it, whoever made it."""
        if message["type"] == "subscribe":
            self._tops.connected()
        elif message["type"] == "message":
            version, _, key = message["data"].partition(b" ")
            board = self._keyspace.moved_board(key)
            if board is None:
                self._tops.heard(key, int(version))
            else:
                self._tops.moved(board)

    def _tell_of_folds(self, message: dict[str, Any], listener: FoldListener) -> None:
        if message["type"] == "subscribe":
            listener.connected()
        elif message["type"] == "message":
            listener.folded(UUID(message["data"].decode()))

    def _tell_of_loss(self) -> None:
        self._tops.lost()
        if self._folds is not None:
            self._folds.lost()
