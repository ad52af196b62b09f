"""The players: scores for all boards from several threads at a steady rate, in bulk, with keys and without.

A keyed request is sent again under its key until somebody answers it, as a careful client does. Regulars play often, so
that every correction meets plays on their way; a crowd of others plays rarely, so that a lost play is missed.
"""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self
from uuid import UUID

from benchmarks.chaos.boards import LEVELS, TIES, BoardPlan
from benchmarks.chaos.client import Answer, Client, UnansweredError
from benchmarks.chaos.recorder import ACCEPTED, REFUSED, SERIAL, UNANSWERED, Recorder
from benchmarks.chaos.sessions import Sessions

REGULAR: Final = "regular-"
REGULARS: Final = 25
GUEST: Final = "guest-"
CROWD: Final = 2_500

_SENDERS: Final = 6
_BULK: Final = 40
_KEYED_SHARE: Final = 0.15
_KEYED_TRIES: Final = 40
_KEYED_PAUSE_SECONDS: Final = 1.5

Score = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A request under a key that is not answered yet, and when it is to be sent again."""

    key: str
    scores: list[Score]
    tries: int
    due: float


class Traffic:
    """A context manager: inside it ``rate`` scores a second are submitted, as far as anybody answers."""

    def __init__(
        self,
        clients: Sequence[Client],
        recorder: Recorder,
        boards: Mapping[str, BoardPlan],
        sessions: Sessions,
        *,
        rate: float,
        seed: int,
    ) -> None:
        self._clients = clients
        self._recorder = recorder
        self._boards = boards
        self._sessions = sessions
        self._pause_seconds = _SENDERS * _BULK / 2 / rate
        self._seed = seed
        self._began = time.monotonic()
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._threads = [
            threading.Thread(target=self._send, args=(random.Random(f"{self._seed}-sender-{number}"),), daemon=True)
            for number in range(_SENDERS)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _send(self, dice: random.Random) -> None:
        due = time.monotonic() + dice.random() * self._pause_seconds
        keyed: list[_Keyed] = []
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            keyed = [left for each in keyed if (left := self._tried_again(each, dice)) is not None]
            scores = self._plays(dice)
            if scores and dice.random() < _KEYED_SHARE:
                keyed += self._first_try(self._steady(scores)[: _BULK // 4], dice)
            elif scores:
                self._submit(scores, dice)
            due = max(due + self._pause_seconds, time.monotonic() - 1)
        for each in keyed:
            self._give_up(each)
        for client in self._clients:
            client.close()

    def _steady(self, scores: list[Score]) -> list[Score]:
        """Those on boards that never rest: a request that is sent again later would play the others on."""
        return [score for score in scores if self._boards[score["board"]].rests is None]

    def _plays(self, dice: random.Random) -> list[Score]:
        """Some plays, on those boards that are played now."""
        second = time.monotonic() - self._began
        played = [name for name, board in self._boards.items() if board.is_played(second)]
        shares = [self._boards[name].share for name in played]
        count = dice.randint(1, _BULK)
        plays = (self._play(board, dice) for board in dice.choices(played, shares, k=count))
        return [play for play in plays if play is not None]

    def _play(self, name: str, dice: random.Random) -> Score | None:
        board = self._boards[name]
        session = self._sessions.any_of(name, dice) if board.managed else None
        if board.managed and session is None:
            return None
        if not board.managed and dice.random() < 0.03:
            session = f"round {dice.randrange(3)}"
        score = a_score(name, board, a_player(dice), self._recorder, dice)
        if dice.random() < 0.25:
            score["level"] = dice.choice(LEVELS)
        if session is not None:
            score["session"] = session
        return score

    def _submit(self, scores: list[Score], dice: random.Random) -> None:
        submit(dice.choice(self._clients), self._recorder, scores)

    def _first_try(self, scores: list[Score], dice: random.Random) -> list[_Keyed]:
        if not scores:
            return []
        key = str(UUID(int=dice.getrandbits(128), version=4))
        left = self._tried_again(_Keyed(key, scores, 0, 0.0), dice)
        return [] if left is None else [left]

    def _tried_again(self, each: _Keyed, dice: random.Random) -> _Keyed | None:
        """The request if it has to be sent once more, by whichever gateway."""
        now = time.monotonic()
        if now < each.due:
            return each
        headers = {"Idempotency-Key": each.key}
        try:
            answer = dice.choice(self._clients).ask("POST", "/v1/scores", {"scores": each.scores}, headers)
        except UnansweredError:
            answer = None
        found = outcomes(answer, len(each.scores))
        if all(outcome is not UNANSWERED for outcome, _ in found):
            self._recorder.submitted(each.scores, found)
            return None
        if each.tries >= _KEYED_TRIES:
            self._give_up(each)
            return None
        return _Keyed(each.key, each.scores, each.tries + 1, now + _KEYED_PAUSE_SECONDS)

    def _give_up(self, each: _Keyed) -> None:
        self._recorder.submitted(each.scores, [(UNANSWERED, None)] * len(each.scores))


def a_player(dice: random.Random) -> str:
    """A regular, or somebody of the crowd."""
    return f"{REGULAR}{dice.randrange(REGULARS)}" if dice.random() < 0.5 else f"{GUEST}{dice.randrange(CROWD)}"


def a_score(name: str, board: BoardPlan, player: str, recorder: Recorder, dice: random.Random) -> Score:
    """A play of a player on a board."""
    return {
        "board": name,
        "player": player,
        "score": dice.randint(*board.scores),
        "attributes": {SERIAL: recorder.serial(), **{tie: dice.randrange(4) for tie in TIES}},
    }


def submit(client: Client, recorder: Recorder, scores: list[Score]) -> None:
    """Submit scores to a gateway, and record its answer."""
    try:
        answer = client.ask("POST", "/v1/scores", {"scores": scores})
    except UnansweredError:
        answer = None
    recorder.submitted(scores, outcomes(answer, len(scores)))


def outcomes(answer: Answer | None, count: int) -> list[tuple[str, str | None]]:
    """What a bulk answer says of each score. A request that failed as a whole may have gone through in part."""
    if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.CONFLICT:
        return [(UNANSWERED, None)] * count
    if answer.status != HTTPStatus.ACCEPTED:
        return [(REFUSED, None)] * count
    return [_outcome(result) for result in answer.body["results"]]


def _outcome(result: Mapping[str, Any]) -> tuple[str, str | None]:
    if result["status"] == "accepted":
        return ACCEPTED, result["event_id"]
    return (UNANSWERED if result["status"] == "unavailable" else REFUSED), None
