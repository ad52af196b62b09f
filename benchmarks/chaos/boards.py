"""The boards of a run: every policy, both orders, ties, levels and their sums, sessions, seasons, and great sums.

Some are edited while they are played, some deleted and made anew, some played only now and then. A board that rests is
what shows whether a loss is noticed of which nobody wrote lately.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

PREFIX: Final = "chaos-"
LEVELS: Final = ("ice", "fire", "rainbow road")
TIES: Final = ("lives", "jumps")

_TIE_BREAKS: Final = [{"attribute": "lives"}, {"attribute": "jumps", "order": "asc"}]
_SEASON: Final = timedelta(minutes=3)
_SEASONS: Final = 25
_CYCLE_SECONDS: Final = 120
_PLAYED_SECONDS: Final = 3

Options = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPlan:
    """One board. ``share`` of the plays are its own; ``edits`` are options that may take the place of the first ones.

    ``scores`` are the least and the greatest of a play. ``rests``: it is played for 3 s of each two minutes, from that
    second on. ``managed``: plays belong to sessions that are opened and closed. ``mortal``: it may be deleted.
    """

    options: Options
    share: float = 1.0
    edits: Sequence[Options] = ()
    scores: tuple[int, int] = (-1_000, 1_000_000)
    rests: int | None = None
    managed: bool = False
    mortal: bool = False
    resettable: bool = True

    def is_played(self, second: float) -> bool:
        """Whether anybody plays on it at that moment of the run."""
        return self.rests is None or self.rests <= second % _CYCLE_SECONDS < self.rests + _PLAYED_SECONDS


def seconds_until_played(boards: Iterable[BoardPlan], second: float) -> float:
    """How long it takes from that second on until one of the boards that rest is played again."""
    return min((each.rests - second) % _CYCLE_SECONDS for each in boards if each.rests is not None)


def make_boards(now: datetime) -> Mapping[str, BoardPlan]:
    """The boards by name. Seasons begin an hour before ``now``, and one ends every three minutes after."""
    plain = {
        "best": BoardPlan(options={"policy": "best", "level_total_view": True}),
        "laps": BoardPlan(options={"policy": "best", "order": "asc", "ties": _TIE_BREAKS}, scores=(1, 60)),
        "latest": BoardPlan(options={"policy": "latest", "ties": _TIE_BREAKS}, scores=(0, 40)),
        "total": BoardPlan(options={"policy": "total", "level_total_view": True}, share=1.5),
        "total-asc": BoardPlan(options={"policy": "total", "order": "asc"}, share=1.5),
        "total-great": BoardPlan(options={"policy": "total"}, scores=(2**53 - 1_000, 2**53)),
        "plays": BoardPlan(options={"policy": "plays", "ties": _TIE_BREAKS}, share=0.4, scores=(0, 300)),
        "tokyo": BoardPlan(options={"policy": "best", "time_zone": "Asia/Tokyo", "max_score": 900_000}),
        "managed-best": BoardPlan(options={"policy": "best", "managed_sessions": True}, managed=True),
        "managed-total": BoardPlan(options={"policy": "total", "managed_sessions": True}, managed=True),
        "seasons": BoardPlan(options={"policy": "best", "seasons": _seasons(now)}, resettable=False),
        "season-sums": BoardPlan(options={"policy": "total", "seasons": _seasons(now)}, resettable=False),
        "edited": BoardPlan(options={"policy": "best"}, edits=_EDITS),
        "edited-total": BoardPlan(options={"policy": "total"}, edits=_EDITS),
        "mortal-total": BoardPlan(options={"policy": "total"}, mortal=True),
        "mortal-best": BoardPlan(options={"policy": "best", "order": "asc"}, mortal=True),
        "imported": BoardPlan(options={"policy": "total"}, share=0.5),
    }
    policies = ("total", "best", "total", "plays", "total", "latest")
    resting = {
        f"resting-{number}-{policy}": BoardPlan(options={"policy": policy}, share=1.5, rests=20 * number)
        for number, policy in enumerate(policies)
    }
    return {PREFIX + name: board for name, board in {**plain, **resting}.items()}


_EDITS: Final[Sequence[Options]] = (
    {"policy": "best"},
    {"policy": "total", "level_total_view": True},
    {"policy": "best", "order": "asc", "ties": _TIE_BREAKS},
    {"policy": "latest", "time_zone": "America/New_York"},
    {"policy": "total", "order": "asc", "level_views": False},
    {"policy": "plays"},
    {"policy": "best", "max_score": 800_000, "title": "bounded"},
)


def _seasons(now: datetime) -> list[dict[str, str]]:
    """One that goes on, and others that end one after the other."""
    began = now.astimezone(UTC).replace(microsecond=0) - timedelta(hours=1)
    ends = [began + timedelta(hours=1) + _SEASON * number for number in range(1, _SEASONS)]
    long = {"key": "long", "start": began.isoformat(), "end": (began + timedelta(days=60)).isoformat()}
    short = [
        {"key": f"s{number}", "start": (end - 2 * _SEASON).isoformat(), "end": end.isoformat()}
        for number, end in enumerate(ends, 1)
    ]
    return [long, *short]
