"""A player's walk through a running stack: register, log in, record a game, find it among the user's and the best.

Knows the published HTTP interface and no key, and needs the standard library alone.
"""  # noqa: INP001 -- a script, not a package

import http.client
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlsplit

VISIBLE_SECONDS = 30
CREATED, OK, ACCEPTED, UNKNOWN, FORBIDDEN = 201, 200, 202, 401, 403


def ask(url: str, method: str, path: str, document: Any = None, token: str = "") -> tuple[int, Any]:
    """Status and decoded body of one request."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    headers = {"Content-Type": "application/json"} | ({"Authorization": token} if token else {})
    connection.request(method, path, body=None if document is None else json.dumps(document), headers=headers)
    response = connection.getresponse()
    status, body = response.status, json.loads(response.read() or b"null")
    connection.close()
    return status, body


def expect(met: object, expected: object, what: str) -> None:
    """End with a sentence unless both are equal."""
    if met != expected:
        sys.exit(f"{what}: {met}, not {expected}")


def log_in(url: str) -> tuple[str, str]:
    """Register somebody and log them in: their name and id token."""
    name, password = f"walker-{secrets.token_hex(6)}", f"Aa1-{secrets.token_hex(12)}"
    account = {"username": name, "password": password}
    registered = ask(url, "POST", "/users", {**account, "email": f"{name}@example.com"})
    expect(registered, (CREATED, {"username": name}), "registering")
    expect(ask(url, "POST", "/login", {**account, "password": "Wrong-1-word"})[0], UNKNOWN, "a wrong password")
    status, body = ask(url, "POST", "/login", account)
    expect(status, OK, "logging in")
    return name, str(body["idToken"])


def play(url: str, name: str, token: str, score: int) -> str:
    """Record a game, which nobody else can: its event id."""
    game = {"level": 84, "score": score}
    expect(ask(url, "POST", "/users/somebody-else", game, token)[0], FORBIDDEN, "a game of somebody else")
    expect(ask(url, "POST", f"/users/{name}", game)[0], UNKNOWN, "a game without a token")
    status, body = ask(url, "POST", f"/users/{name}", game, token)
    expect(status, ACCEPTED, "a game")
    return str(body["event_id"])


def is_found(url: str, name: str, score: int, event_id: str) -> bool:
    """Whether the user's games and the day's best tell of it."""
    _, mine = ask(url, "GET", f"/users/{name}")
    status, best = ask(url, "GET", "/scores?limit=100")
    recorded = [(row["game_id"], row["score"]) for row in mine["scores"]] == [(event_id, score)]
    return recorded and status == OK and (name, score) in [(row["username"], row["score"]) for row in best["daily"]]


def main(url: str) -> None:
    """Walk."""
    name, token = log_in(url)
    score = 2**50 + secrets.randbelow(2**40)
    event_id = play(url, name, token, score)
    deadline = time.monotonic() + VISIBLE_SECONDS
    while not is_found(url, name, score, event_id):
        if time.monotonic() > deadline:
            sys.exit(f"the game is not found within {VISIBLE_SECONDS} s")
        time.sleep(0.1)
    print("registered, logged in, played, and found: over HTTP alone")  # noqa: T201 -- its product.


if __name__ == "__main__":
    main(sys.argv[1])
