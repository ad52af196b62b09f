"""Players whose scores look played: a talent, a learning curve that flattens, and luck on the day."""

import math
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from ledgerboard_dev.season.names import names


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A board of the season. ``par`` is an average player's first score, ``spread`` how far a better one gets."""

    board: str
    title: str
    order: Literal["desc", "asc"]
    par: int
    spread: float
    step: int

    def score(self, performance: float) -> int:
        """The score of a play. ``performance`` is 0 for an average one, and 1 is a good deal better."""
        direction = 1 if self.order == "desc" else -1
        return max(self.step, round(self.par * math.exp(direction * self.spread * performance) / self.step) * self.step)


GAMES: Final = (
    Game(board="dragon-arena", title="Dragon Arena (points)", order="desc", par=42_000, spread=0.45, step=50),
    Game(board="ridge-run", title="Ridge Run (milliseconds)", order="asc", par=95_000, spread=0.09, step=1),
    Game(board="lantern-puzzle", title="Lantern Puzzle (points)", order="desc", par=1_800, spread=0.30, step=10),
    Game(board="deep-dive", title="Deep Dive (centimetres)", order="desc", par=3_100, spread=0.25, step=1),
    Game(board="harbour-lap", title="Harbour Lap (milliseconds)", order="asc", par=41_000, spread=0.05, step=1),
)

PULSE: Final = "pulse"
"""The board on which the demo's own heartbeat shows how long a score takes to become visible."""
ORDERS: Final = {PULSE: "desc"} | {game.board: game.order for game in GAMES}
"""Every board of the season, and which of its scores rank first."""


@dataclass(slots=True, kw_only=True)
class Player:
    """One player. ``eagerness`` is how often they play compared with others."""

    name: str
    talent: float
    gain: float
    plays_to_learn: float
    luck: float
    eagerness: float
    plays: dict[str, int] = field(default_factory=dict)

    def play(self, game: Game, random: Random) -> int:
        """Their next score at ``game``."""
        played = self.plays.get(game.board, 0)
        self.plays[game.board] = played + 1
        learned = self.gain * (1 - math.exp(-played / self.plays_to_learn))
        return game.score(self.talent + learned + random.gauss(0, self.luck))


def roster(count: int, random: Random) -> list[Player]:
    """``count`` players: few are eager, few are gifted, and everybody learns."""
    return [
        Player(
            name=name,
            talent=random.gauss(0, 1),
            gain=random.uniform(0.3, 1.6),
            plays_to_learn=random.uniform(3, 15),
            luck=random.uniform(0.15, 0.5),
            eagerness=random.paretovariate(1.3),
        )
        for name in names(count, random)
    ]
