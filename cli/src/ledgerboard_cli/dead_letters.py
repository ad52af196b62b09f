"""List, show, replay and discard dead letters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Protocol

from ledgerboard_cli.operations import Handled, Letter, Letters, WholeLetter

MOST_LISTED: Final = 1000
"""Letters in one answer."""

MOST_NAMED: Final = 100
"""Letters in one request."""


class Dlq(Protocol):
    """The gateway's dead letters."""

    def letters(self, queue: str | None, limit: int) -> Letters:
        """Those of a queue or of all."""
        ...

    def letter(self, queue: str, message_id: str) -> WholeLetter:
        """One of them."""
        ...

    def handle(self, verb: str, queue: str, message_ids: Sequence[str]) -> Handled:
        """``replay`` or ``discard``."""
        ...


class DeadLetters:
    """``say`` prints a line, ``agree`` asks whether to go on."""

    def __init__(self, dlq: Dlq, say: Callable[[str], object], agree: Callable[[], bool]) -> None:
        self._dlq = dlq
        self._say = say
        self._agree = agree

    def list(self, queue: str | None) -> int:
        """A line for each letter, then how many there are."""
        told = self._dlq.letters(queue, MOST_LISTED)
        for letter in told.letters:
            self._say(_line(letter))
        self._say(", ".join(f"{name}: {depth}" for name, depth in told.depths.items()))
        return 0

    def show(self, queue: str, message_id: str) -> int:
        """The whole of one letter."""
        told = self._dlq.letter(queue, message_id)
        self._say(_line(told.letter))
        if told.letter.obstacle:
            self._say(f"cannot be replayed: {told.letter.obstacle}")
        self._say(told.body)
        return 0

    def replay(self, queue: str | None, message_ids: Sequence[str]) -> int:
        """Replay those that are named, or without any all that can be. 1 if one stays behind."""
        if queue is not None and message_ids:
            return self._tell([self._dlq.handle("replay", queue, message_ids)], "replayed")
        return self._tell(self._replay_all(queue), "replayed")

    def discard(self, queue: str, message_ids: Sequence[str]) -> int:
        """Discard those that are named. 4 if nobody agreed."""
        self._say(f"discard {len(message_ids)} of {queue}: what is in them is gone for good")
        if not self._agree():
            self._say("nothing discarded")
            return 4
        return self._tell([self._dlq.handle("discard", queue, message_ids)], "discarded")

    def _replay_all(self, queue: str | None) -> Iterator[Handled]:
        """Look again and again, but for no more than there were: what is dead again at once has a new id each time."""
        tried, budget = set[str](), -1
        while True:
            told = self._dlq.letters(queue, MOST_LISTED)
            budget = max(sum(told.depths.values()), len(told.letters)) if budget < 0 else budget
            wanted = [each for each in told.letters if each.message_id not in tried and each.replay != "never"]
            if not wanted or len(tried) >= budget:
                return
            for name, letters in groupby(sorted(wanted, key=_queue), key=_queue):
                ids = [each.message_id for each in letters][:MOST_NAMED]
                tried.update(ids)
                yield self._dlq.handle("replay", name, ids)

    def _tell(self, outcomes: Iterable[Handled], verb: str) -> int:
        done = left = 0
        for outcome in outcomes:
            done += len(outcome.done)
            left += len(outcome.refused) + len(outcome.missing)
            for each in outcome.refused:
                self._say(f"{each.message_id} stays: {each.obstacle}")
            for message_id in outcome.missing:
                self._say(f"{message_id} was not found")
        self._say(f"{done} {verb}, {left} not")
        return 1 if left else 0


def _queue(letter: Letter) -> str:
    return letter.queue


def _line(letter: Letter) -> str:
    reason = letter.reason or "no reason: it was received too often"
    return f"{letter.queue} {letter.message_id} {letter.age_seconds}s {letter.size_bytes}B {letter.replay}: {reason}"
