"""A referee, who voids scores and bans players while they play on."""

import random
import threading
from contextlib import closing
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from benchmarks.chaos.record import Record
from benchmarks.chaos.traffic import PLAYERS
from ledgerboard_dev.season.api import Api, UnreachableError

_EVERY_SECONDS: Final = 0.5
_BANNED_AT_MOST: Final = 20


class Referee:
    """A context manager. What got a 202 stands in the record; the ledger says what became of the rest."""

    def __init__(self, api: Api, record: Record, seed: int) -> None:
        self._api = api
        self._record = record
        self._dice = random.Random(f"{seed}-referee")
        self._banned: list[str] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        with closing(self._api):
            while not self._ending.wait(_EVERY_SECONDS):
                try:
                    self._dice.choice((self._void, self._void, self._ban, self._unban))()
                except UnreachableError:
                    continue  # Whether it was taken, the ledger tells in the end.

    def _void(self) -> None:
        found = self._record.any_accepted(self._dice)
        if found is not None:
            self._correct(f"/v1/events/{found.event_id}/void", f"void {found.event_id}")

    def _ban(self) -> None:
        if len(self._banned) < _BANNED_AT_MOST:
            player = f"player-{self._dice.randrange(PLAYERS)}"
            self._banned.append(player)
            self._correct(f"/v1/players/{quote(player)}/ban", f"ban {player}")

    def _unban(self) -> None:
        if self._banned:
            player = self._banned.pop(self._dice.randrange(len(self._banned)))
            self._correct(f"/v1/players/{quote(player)}/unban", f"unban {player}")

    def _correct(self, path: str, what: str) -> None:
        body: dict[str, Any] = {"reason": "chaos", "author": "referee"}
        status, answer = self._api.call("POST", path, body)
        if status == HTTPStatus.ACCEPTED:
            self._record.correct(answer["correction_id"], what)
