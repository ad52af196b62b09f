"""The manager of the boards with sessions: opens them, closes them after a while, and opens others.

Players go on for some seconds in a session that has closed, since nobody tells them; those plays must be refused.
"""

import itertools
import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Self
from urllib.parse import quote

from benchmarks.chaos.client import Client, UnansweredError

_EVERY_SECONDS: Final = 2.0
_OPEN_AT_ONCE: Final = 2
_TURNS: Final = (8, 25)
"""For how many looks of the manager a session stays open."""
_AFTER_TURNS: Final = 3
"""For how many more looks it is played in."""


@dataclass(slots=True)
class _Session:
    name: str
    turns_left: int
    is_closed: bool = False


class Sessions:
    """A context manager: inside it sessions of ``boards`` are opened and closed. Thread-safe."""

    def __init__(
        self, clients: Sequence[Client], boards: Iterable[str], seed: int, rest: Callable[[], bool] = lambda: False
    ) -> None:
        self._clients = clients
        self._dice = random.Random(f"{seed}-sessions")
        self._numbers = itertools.count(1)
        self._rest = rest
        self._lock = threading.Lock()
        self._sessions: dict[str, list[_Session]] = {board: [] for board in boards}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._manage, name="sessions", daemon=True)

    def any_of(self, board: str, dice: random.Random) -> str | None:
        """A session of the board that is played in now, or None: there is none, or nobody plays in sessions now."""
        if self._rest():
            return None
        with self._lock:
            known = self._sessions.get(board)
            return dice.choice(known).name if known else None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _manage(self) -> None:
        while not self._ending.wait(_EVERY_SECONDS):
            for board in self._sessions:
                try:
                    self._turn(board)
                except UnansweredError:
                    continue  # What was not answered is not played in, or closed at the next look.
        for client in self._clients:
            client.close()

    def _turn(self, board: str) -> None:
        for session in list(self._sessions[board]):
            session.turns_left -= 1
            if session.turns_left <= 0 and not session.is_closed:
                session.is_closed = self._ask(f"{_path(board)}/{quote(session.name)}/close", {})
            if session.is_closed and session.turns_left <= -_AFTER_TURNS:
                with self._lock:
                    self._sessions[board].remove(session)
        if sum(not session.is_closed for session in self._sessions[board]) < _OPEN_AT_ONCE:
            name = f"match {next(self._numbers)}"
            if self._ask(_path(board), {"game_type": "MULTIPLE_TRIALS", "session": name}):
                with self._lock:
                    self._sessions[board].append(_Session(name, self._dice.randint(*_TURNS)))

    def _ask(self, path: str, body: object) -> bool:
        answer = self._dice.choice(self._clients).ask("POST", path, body)
        return answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}


def _path(board: str) -> str:
    return f"/v1/boards/{board}/sessions"
