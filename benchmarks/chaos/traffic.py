"""The season: bulk requests from several threads at a steady rate, to boards of every policy."""

import random
import threading
import time
from contextlib import closing
from http import HTTPStatus
from typing import Any, Final

from benchmarks.chaos.record import SERIAL, Accepted, Record
from ledgerboard_dev.season.api import Api, UnreachableError

BOARDS: Final[dict[str, dict[str, Any]]] = {
    "chaos-best": {"policy": "best"},
    "chaos-laps": {"policy": "best", "order": "asc"},
    "chaos-latest": {"policy": "latest"},
    "chaos-total": {"policy": "total"},
    "chaos-total-asc": {"policy": "total", "order": "asc"},
    "chaos-plays": {"policy": "plays"},
}
PLAYERS: Final = 1_500
_LEVELS: Final = 5
_SENDERS: Final = 4
_BULK: Final = 40


class Season:
    """A context manager: inside it ``rate`` scores a second are submitted, as far as anybody answers."""

    def __init__(self, api: Api, record: Record, rate: float, seed: int) -> None:
        self._api = api
        self._record = record
        self._pause_seconds = _SENDERS * _BULK / rate
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(random.Random(f"{seed}-{number}"),), daemon=True)
            for number in range(_SENDERS)
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _send(self, dice: random.Random) -> None:
        with closing(self._api):
            due = time.monotonic() + dice.random() * self._pause_seconds
            while not self._ending.wait(max(0.0, due - time.monotonic())):
                self._submit([self._play(dice) for _ in range(_BULK)])
                due = max(due + self._pause_seconds, time.monotonic() - 1)

    def _play(self, dice: random.Random) -> dict[str, Any]:
        level = {"level": f"level {dice.randrange(_LEVELS)}"} if dice.random() < 0.3 else {}
        return {
            "board": dice.choice(tuple(BOARDS)),
            "player": f"player-{dice.randrange(PLAYERS)}",
            "score": dice.randint(-1_000, 1_000_000),
            "attributes": {SERIAL: self._record.serial()},
            **level,
        }

    def _submit(self, scores: list[dict[str, Any]]) -> None:
        serials = [score["attributes"][SERIAL] for score in scores]
        try:
            status, answer = self._api.post_scores(scores)
        except UnreachableError:
            self._record.leave_open(serials)
            return
        if status != HTTPStatus.ACCEPTED:
            self._record.leave_open(serials)  # A 503 may leave some of it in the queue.
            return
        results = list(zip(scores, serials, answer["results"], strict=True))
        self._record.accept([_accepted(*each) for each in results if each[2]["status"] == "accepted"])
        self._record.leave_open([serial for _, serial, result in results if result["status"] == "unavailable"])
        self._record.refuse(sum(result["status"] == "refused" for _, _, result in results))


def _accepted(score: dict[str, Any], serial: int, result: dict[str, Any]) -> Accepted:
    return Accepted(
        event_id=result["event_id"], serial=serial, board=score["board"], player=score["player"], score=score["score"]
    )
