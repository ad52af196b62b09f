"""Play scores against a running stack, and hold what it shows against a fold of what it accepted.

Knows the published HTTP interface and nothing of the code behind it, and needs the standard library alone.
"""  # noqa: INP001 -- a script, not a package

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

VISIBLE_SECONDS = 30
LOAD_SECONDS, LOAD_THREADS, PAUSE_SECONDS = 90, 2, 0.02
WARM, PAGE = 1000, 100
ACCEPTED, OK, CREATED, FORBIDDEN = 202, 200, 201, 403


class SmokeError(Exception):
    """The stack broke a promise. The message says which."""


@dataclass(frozen=True)
class Score:
    """One accepted score."""

    event_id: str
    board: str
    player: str
    score: int


class Client:
    """One connection to the gateway, for one thread."""

    def __init__(self, url: str, key: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, document: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and decoded body."""
        body = None if document is None else json.dumps(document)
        self._connection.request(method, path, body=body, headers=self._headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def submit(self, scores: list[dict[str, Any]]) -> list[Score]:
        """Submit in bulk. All of them are accepted, or it is an error."""
        status, body = self.ask("POST", "/v1/scores", {"scores": scores})
        expect(status == ACCEPTED, f"a bulk submission was answered {status}: {body}")
        return [Score(result["event_id"], **score) for score, result in zip(scores, body["results"], strict=True)]

    def standings(self, board: str) -> dict[str, int]:
        """The score of every player on the board's first page, best first."""
        status, body = self.ask("GET", f"/v1/boards/{quote(board)}/standings?start=0&limit={PAGE}")
        return {row["player"]: row["score"] for row in body["standings"]} if status == OK else {}

    def recorded(self, player: str) -> list[str]:
        """The ids of all of the player's plays in the ledger, newest first."""
        events: list[str] = []
        while True:
            since = f"&before={events[-1]}" if events else ""
            status, body = self.ask("GET", f"/v1/players/{quote(player)}/scores?limit={PAGE}{since}")
            expect(status == OK, f"a player's scores were answered {status}: {body}")
            events += [play["event_id"] for play in body["scores"]]
            if body["next"] is None:
                return events


def expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 -- reads like assert, which python -O would drop
    """Raise `SmokeError` unless the promise holds."""
    if not holds:
        raise SmokeError(otherwise)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll until ``condition`` holds; `SmokeError` after `VISIBLE_SECONDS`."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    while not condition():
        expect(time.monotonic() < deadline, f"not within {VISIBLE_SECONDS} s: {what}")
        time.sleep(0.1)


def fold(scores: list[Score], board: str) -> dict[str, int]:
    """The best score of each of the board's players."""
    best: dict[str, int] = {}
    for score in scores:
        if score.board == board:
            best[score.player] = max(score.score, best.get(score.player, score.score))
    return best


def shows(client: Client, board: str, expected: dict[str, int]) -> bool:
    """Whether the board shows exactly the expected scores, in falling order."""
    shown = client.standings(board)
    return shown == expected and list(shown.values()) == sorted(expected.values(), reverse=True)


def holds(client: Client, player: str, events: list[str]) -> bool:
    """Whether the ledger holds exactly the expected events of a player, each once."""
    return sorted(client.recorded(player)) == events


def admin_key(url: str, write_key: str, run: str) -> str:
    """A key of this run, made by the write key, which from then on opens nothing but the keys."""
    root = Client(url, write_key)
    status, made = root.ask("POST", "/v1/keys", {"name": run, "scopes": ["admin"]})
    expect(status == CREATED, f"making an admin key was answered {status}")
    status, body = root.ask("POST", f"/v1/boards/{run}/scores", {"player": run, "score": 1})
    expect(status == FORBIDDEN, f"the write key submits beside an admin key: {status}, {body}")
    return str(made["key"])


def dice_rolls(run: str) -> Iterator[dict[str, Any]]:
    """Scores of forty players on four boards of this run, without end. Every board fits a page."""
    dice = random.Random(run)  # noqa: S311 -- a repeatable season, no secret
    while True:
        yield {
            "board": f"{run}-{dice.randrange(4)}",
            "player": f"{run} player {dice.randrange(40)}",
            "score": dice.randrange(1_000_000),
        }


def road(client: Client, run: str) -> str:
    """Follow one score from its 202 to the event, the standing and the ledger."""
    started = time.monotonic()
    status, body = client.ask("POST", f"/v1/boards/{run}/scores", {"player": run, "score": 4200})
    expect(status == ACCEPTED, f"a submission was answered {status}: {body}")
    event = body["event_id"]
    wait_until(lambda: client.ask("GET", f"/v1/boards/{run}/players/{run}")[0] == OK, "the player has a standing")
    standing = client.ask("GET", f"/v1/boards/{run}/players/{run}")[1]
    expect((standing["rank"], standing["score"]) == (0, 4200), f"an only score does not lead: {standing}")
    visible = time.monotonic() - started
    wait_until(lambda: client.ask("GET", f"/v1/events/{event}")[1].get("status") == "recorded", "the event is recorded")
    expect(client.recorded(run) == [event], "the ledger does not hold the event once")
    return f"one score: 202, on the board after {visible:.2f} s, in the ledger once"


def bulk(client: Client, run: str) -> str:
    """Hold some hundreds of scores against their fold."""
    rolls = dice_rolls(run)
    scores = [score for _ in range(4) for score in client.submit([next(rolls) for _ in range(150)])]
    return f"in bulk: {compare(client, scores)}"


def load(url: str, key: str, run: str) -> str:
    """Submit from several connections until SIGTERM, then hold everything against its fold."""
    stop, scores, errors = threading.Event(), list[Score](), list[Exception]()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    deadline = time.monotonic() + LOAD_SECONDS

    def play(rolls: Iterator[dict[str, Any]]) -> None:
        client = Client(url, key)
        try:
            while not stop.wait(PAUSE_SECONDS) and time.monotonic() < deadline:
                scores.extend(client.submit([next(rolls) for _ in range(10)]))
        except (SmokeError, OSError, http.client.HTTPException) as error:
            errors.append(error)
            stop.set()

    with ThreadPoolExecutor(LOAD_THREADS) as pool:
        for number in range(LOAD_THREADS):
            pool.submit(play, dice_rolls(f"{run}-{number}"))
        wait_until(lambda: len(scores) >= WARM or bool(errors), f"the first {WARM} scores are accepted")
        say(f"the first {WARM} scores are accepted")
    expect(not errors, f"a submission failed: {errors}")
    return compare(Client(url, key), scores)


def compare(client: Client, scores: list[Score]) -> str:
    """Wait until every board equals its fold and the ledger holds each event; say how much that was."""
    boards = sorted({score.board for score in scores})
    for board in boards:
        wait_until(partial(shows, client, board, fold(scores, board)), f"{board} equals its fold")
    for player in {score.player for score in scores}:
        events = sorted(score.event_id for score in scores if score.player == player)
        wait_until(partial(holds, client, player, events), f"the ledger holds each score of {player} once")
    return f"{len(scores)} scores accepted, {len(boards)} boards equal their fold, each once in the ledger"


def say(line: str) -> None:
    """Print at once: a script waits for the line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(url: str, command: str) -> int:
    """Run one command against the gateway at ``url``."""
    run = f"smoke-{uuid.uuid4().hex[:8]}"
    plays = {"road": road, "bulk": bulk}
    try:
        key = admin_key(url, os.environ["LEDGERBOARD_WRITE_KEY"], run)
        say(load(url, key, run) if command == "load" else plays[command](Client(url, key), run))
    except (SmokeError, OSError, http.client.HTTPException) as error:
        say(f"FAILED: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
