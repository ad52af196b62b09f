"""Play the season: threads that submit scores at a steady rate, and one that watches its own score become visible."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from http import HTTPStatus
from itertools import accumulate
from typing import Any, Final

from ledgerboard_dev.season.api import Api, UnreachableError
from ledgerboard_dev.season.players import GAMES, PULSE, Player
from ledgerboard_dev.season.tally import Accepted, Tally

_SENDERS: Final = 8
_BULK_SHARE: Final = 0.02
_BULK: Final = 25
_METRONOME: Final = "metronome"
_PULSE_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 0.005
_LOST_SECONDS: Final = 10.0


class Traffic:
    """A context manager: inside it the season is on. ``rate`` is in scores a second."""

    def __init__(self, api: Api, players: Sequence[Player], tally: Tally, rate: float) -> None:
        self._api = api
        self._players = players
        self._weights = list(accumulate(player.eagerness for player in players))
        self._tally = tally
        self._pause_seconds = _SENDERS / rate
        self._ending = threading.Event()
        roles = [*([self._send] * _SENDERS), self._watch]
        self._threads = [threading.Thread(target=self._run, args=(role,), daemon=True) for role in roles]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _run(self, role: Callable[[], None]) -> None:
        with closing(self._api):
            role()

    def _send(self) -> None:
        dice = random.Random()
        due = time.monotonic() + dice.random() * self._pause_seconds
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            count = _BULK if dice.random() < _BULK_SHARE else 1
            scores = [self._play(dice) for _ in range(count)]
            try:
                self._submit(scores)
            except UnreachableError as error:
                self._tally.fail(str(error), count)
            due = max(due + count * self._pause_seconds, time.monotonic() - self._pause_seconds)

    def _play(self, dice: random.Random) -> dict[str, Any]:
        (player,) = dice.choices(self._players, cum_weights=self._weights)
        game = dice.choice(GAMES)
        return {"board": game.board, "player": player.name, "score": player.play(game, dice)}

    def _submit(self, scores: list[dict[str, Any]]) -> None:
        if len(scores) == 1:
            status, answer = self._api.post_score(**scores[0])
            results = [{"status": "accepted", **answer}]
        else:
            status, answer = self._api.post_scores(scores)
            results = answer.get("results", [])
        if status != HTTPStatus.ACCEPTED:
            self._tally.fail(f"{status} {answer.get('title', '')}", len(scores))
            return
        pairs = [(score, result) for score, result in zip(scores, results, strict=True)]
        taken = [Accepted(event_id=result["event_id"], **score) for score, result in pairs if _is_accepted(result)]
        self._tally.accept(taken)
        if len(taken) < len(scores):
            self._tally.fail("part of a bulk request", len(scores) - len(taken))

    def _watch(self) -> None:
        while not self._ending.wait(_PULSE_SECONDS):
            try:
                self._beat()
            except UnreachableError as error:
                self._tally.fail(str(error))

    def _beat(self) -> None:
        """Submit a score that beats all earlier ones, and look until the board shows it."""
        score = time.time_ns() // 1_000_000
        status, answer = self._api.post_score(PULSE, _METRONOME, score)
        if status != HTTPStatus.ACCEPTED:
            self._tally.fail(f"{status} {answer.get('title', '')}")
            return
        sent = time.monotonic()
        self._tally.accept([Accepted(event_id=answer["event_id"], board=PULSE, player=_METRONOME, score=score)])
        while (waited := time.monotonic() - sent) < _LOST_SECONDS:
            standing = self._api.standing(PULSE, _METRONOME)
            if standing and standing["score"] >= score:
                break
            if self._ending.wait(_LOOK_SECONDS):
                return
        self._tally.lag(waited)


def _is_accepted(result: dict[str, Any]) -> bool:
    return bool(result["status"] == "accepted")
