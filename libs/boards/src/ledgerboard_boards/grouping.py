"""Calls of many threads in few round trips.

A thread that finds nobody asking asks at once. Those who come while an answer is on its way gather, and the first of
them asks for all in one pipeline. Each call stays atomic by itself, and none is sent before its caller asked.
"""

import threading
from collections.abc import Sequence
from typing import Any, Final

from ledgerboard_boards.library import FunctionLibrary, Guard
from ledgerboard_infra.valkey import RedisClient, redis_errors

_MOST: Final = 64
"""Calls that travel together at most, so that nobody waits for a long line's answers."""


class _Ask:
    """One call, and its reply once it is ``answered``; without one, its thread is to ask for the next group."""

    __slots__ = ("answered", "command", "keys", "reply", "turn")

    def __init__(self, command: Sequence[Any], keys: Sequence[bytes]) -> None:
        self.command = command
        self.keys = keys
        self.reply: Any = None
        self.answered = False
        self.turn = threading.Lock()
        self.turn.acquire()


class GroupedLibrary(FunctionLibrary):
    """As `FunctionLibrary`, for many threads that call at the same time."""

    def __init__(self, client: RedisClient, guard: Guard) -> None:
        super().__init__(client, guard)
        self._lock = threading.Lock()
        self._line: list[_Ask] = []
        self._is_asking = False

    def _execute(self, command: str, function: str, keys: Sequence[bytes], arguments: Sequence[bytes | int]) -> Any:
        ask = _Ask((command, self._name(function), len(keys), *keys, *arguments), keys)
        with self._lock:
            self._line.append(ask)
            waits, self._is_asking = self._is_asking, True
        if waits:
            ask.turn.acquire()
        if not ask.answered:
            self._ask_for_all()
        if isinstance(ask.reply, BaseException):
            raise ask.reply
        return ask.reply

    def _ask_for_all(self) -> None:
        with self._lock:
            group, self._line = self._line[:_MOST], self._line[_MOST:]
        try:
            replies = self._replies(group)
        except BaseException as error:  # noqa: BLE001 -- it belongs to every thread of the group, which raises it.
            replies = [error] * len(group)
        for ask, reply in zip(group, replies, strict=True):
            ask.reply, ask.answered = reply, True
        with self._lock:
            following = self._line[0] if self._line else None
            self._is_asking = following is not None
        if following is not None:
            following.turn.release()
        for ask in group[1:]:
            ask.turn.release()

    @redis_errors()
    def _replies(self, group: Sequence[_Ask]) -> Sequence[Any]:
        if len(group) == 1:
            (ask,) = group
            return [self._client.execute_command(*ask.command, **self._route(ask.keys))]  # type: ignore[no-untyped-call]
        with self._client.pipeline(transaction=False) as pipeline:
            for ask in group:
                pipeline.execute_command(*ask.command, **self._route(ask.keys))
            return pipeline.execute(raise_on_error=False)
