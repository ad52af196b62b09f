"""Three hundred real games, and the brute-force fold of them, written from the published rules alone.

Each is of one player, on one level, at one second. The file lies beside the repository, if anywhere.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pytest

FILE: Final = Path(__file__).parents[3] / "shared" / "data" / "games.json"
POLICIES: Final = ("plays", "best", "total")

Row = tuple[int, str, int]
"""Rank, player, score."""


@dataclass(frozen=True)
class Game:
    """One play, as the file tells it or as the gateway accepted it."""

    event_id: str
    player: str
    level: str
    score: int
    when: datetime

    @property
    def day(self) -> date:
        return self.when.date()


@cache
def load_games() -> Sequence[Game]:
    """The games of the file in its order, numbered. Skips the test where there is no file."""
    if not FILE.exists():
        pytest.skip("shared/data/games.json is not beside this repository")
    return [
        Game(
            event_id=str(number),
            player=row["username"],
            level=str(row["level"]),
            score=row["score"],
            when=datetime.fromisoformat(row["gamedate"]).replace(tzinfo=UTC),
        )
        for number, row in enumerate(json.loads(FILE.read_text("utf-8")))
    ]


def days_until(games: Iterable[Game], last: date) -> timedelta:
    """By how many whole days to move the games so that the last of them was played on ``last``."""
    return last - max(game.day for game in games)


def fold(games: Iterable[Game], policy: str) -> list[Row]:
    """The whole ranking of ``games``: more is better, then who was first, then the smaller id."""
    entries = _FOLDS[policy](games)
    return [(rank, player, -key) for rank, (key, *_, player) in enumerate(sorted(entries))]


Entry = tuple[int, datetime, str, str]
"""What a ranking orders by; the player last."""


def _plays(games: Iterable[Game]) -> list[Entry]:
    return [(-game.score, game.when, game.event_id, game.player) for game in games]


def _best(games: Iterable[Game]) -> list[Entry]:
    return [min((-game.score, game.when, "", game.player) for game in played) for played in _by_player(games)]


def _total(games: Iterable[Game]) -> list[Entry]:
    return [
        (-sum(game.score for game in played), max(game.when for game in played), "", played[0].player)
        for played in _by_player(games)
    ]


_FOLDS: Final[dict[str, Callable[[Iterable[Game]], list[Entry]]]] = {"plays": _plays, "best": _best, "total": _total}


def _by_player(games: Iterable[Game]) -> Iterable[list[Game]]:
    found: defaultdict[str, list[Game]] = defaultdict(list)
    for game in games:
        found[game.player].append(game)
    return found.values()
