"""What players and operators know of a run, written down as it happens: the files that a verdict starts from.

Every score carries a serial number in its attributes, so that a row of the ledger can be told from its request even if
the answer to it was lost.
"""

import itertools
import json
import random
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TextIO

SERIAL: Final = "serial"

ACCEPTED: Final = "accepted"
UNANSWERED: Final = "unanswered"
"""Nobody answered, or a 503 did: it may be in the queue or not."""
REFUSED: Final = "refused"

_REMEMBERED: Final = 5_000


class Recorder:
    """Thread-safe. ``accepted`` and the rest are counts; `any_event` gives one of the last accepted scores."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.counts = dict.fromkeys((ACCEPTED, UNANSWERED, REFUSED), 0)
        self._lock = threading.Lock()
        self._serials = itertools.count(1)
        self._files: dict[str, TextIO] = {}
        self._events: list[tuple[str, str, str]] = []

    def serial(self) -> int:
        """A number that no other score of this run has."""
        return next(self._serials)

    def submitted(self, scores: Iterable[dict[str, Any]], answers: Iterable[tuple[str, str | None]]) -> None:
        """These scores got these answers, each with the event's id where it was accepted."""
        with self._lock:
            for score, (answer, event_id) in zip(scores, answers, strict=True):
                self.counts[answer] += 1
                if event_id is not None:
                    self._remember((score["board"], event_id, score["player"]))
                self._write("submissions", [
                    score["attributes"][SERIAL], score["board"], score["player"], score["score"],
                    score.get("level"), score.get("session"), answer, event_id,
                ])  # fmt: skip

    def corrected(self, correction_id: str, words: str) -> None:
        """A correction got a 202."""
        with self._lock:
            self._write("asked", [correction_id, words])

    def imported(self, event_ids: Iterable[str], *, done: bool) -> None:
        """These are being imported, or were."""
        with self._lock:
            for event_id in event_ids:
                self._write("imports", [event_id, done])

    def noted(self, what: str, facts: dict[str, Any]) -> None:
        """Something else that a reader of the folder wants to know."""
        with self._lock:
            self._write("notes", {"what": what, **facts})

    def any_event(self, dice: random.Random) -> tuple[str, str] | None:
        """Board and id of one of the scores accepted lately, or None before the first."""
        with self._lock:
            return dice.choice(self._events)[:2] if self._events else None

    def any_event_of(self, board: str, dice: random.Random, *, players: str) -> tuple[str, str] | None:
        """Id and player of one of a board's scores accepted lately, of a player whose name begins with ``players``."""
        with self._lock:
            found = [each[1:] for each in self._events if each[0] == board and each[2].startswith(players)]
            return dice.choice(found) if found else None

    def flush(self) -> None:
        """Let others read what was written."""
        with self._lock:
            for file in self._files.values():
                file.flush()

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            for file in self._files.values():
                file.close()
            self._files = {}

    def _remember(self, event: tuple[str, str, str]) -> None:
        if len(self._events) < _REMEMBERED:
            self._events.append(event)
        else:
            self._events[self.counts[ACCEPTED] % _REMEMBERED] = event

    def _write(self, name: str, line: Any) -> None:
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = (self.folder / f"{name}.jsonl").open("a", encoding="utf-8")
        file.write(json.dumps(line) + "\n")
