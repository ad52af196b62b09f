"""Prove the season through the public API alone: every 202 is in the ledger once, and each board is its ledger's fold.

The fold here is written out by hand and shares nothing with the services, so an error of theirs cannot hide in it.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledgerboard_dev.season.api import Api
from ledgerboard_dev.season.players import ORDERS
from ledgerboard_dev.season.tally import Accepted

_PAUSE_SECONDS: Final = 0.5

Place = tuple[int, str, int, datetime]
"""Rank, player, score, achieved at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the audit saw. ``missing`` and ``doubled`` count accepted scores; ``unequal`` names boards."""

    accepted: int
    missing: int
    doubled: int
    plays: int
    boards: int
    unequal: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether nothing was lost, nothing counted twice, and every board is right."""
        return not (self.missing or self.doubled or self.unequal)

    def __str__(self) -> str:
        verdict = "EXACT" if self.exact else "NOT EXACT"
        unequal = f" ({', '.join(self.unequal)})" if self.unequal else ""
        return (
            f"{verdict}: {self.accepted} accepted scores, {self.missing} missing from the ledger, "
            f"{self.doubled} in it more than once; {self.boards} boards of {self.plays} plays, "
            f"{len(self.unequal)} unlike their ledger{unequal}"
        )


def settle(api: Api, accepted: Mapping[str, Accepted], names: Iterable[str], seconds: float) -> Finding:
    """Audit until all is exact, since the last scores may be on their way; after ``seconds`` it stands as found."""
    deadline = time.monotonic() + seconds
    known = set(names)
    while not (finding := audit(api, accepted, known)).exact and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    return finding


def audit(api: Api, accepted: Mapping[str, Accepted], names: set[str]) -> Finding:
    """One look. Players of earlier seasons count: they stand on the same boards."""
    shown = {board: api.standings(board) for board in ORDERS}
    players = names | {each.player for each in accepted.values()}
    players |= {row["player"] for rows in shown.values() for row in rows}
    plays = [{**play, "player": player} for player in sorted(players) for play in api.plays(player)]
    recorded = Counter((play["event_id"], play["board"], play["player"], play["score"]) for play in plays)
    found = [recorded[each.event_id, each.board, each.player, each.score] for each in accepted.values()]
    expected = {
        board: fold(order, (play for play in plays if play["board"] == board)) for board, order in ORDERS.items()
    }
    return Finding(
        accepted=len(accepted),
        missing=sum(times == 0 for times in found),
        doubled=sum(times > 1 for times in found),
        plays=len(plays),
        boards=len(ORDERS),
        unequal=tuple(board for board, rows in shown.items() if _places(rows) != expected[board]),
    )


def fold(order: str, plays: Iterable[Mapping[str, Any]]) -> list[Place]:
    """Everybody's best play, ranked: on equal scores the earlier, then the smaller name."""
    sign = -1 if order == "desc" else 1
    best: dict[str, tuple[int, datetime]] = {}
    for play in plays:
        key = (sign * play["score"], datetime.fromisoformat(play["occurred_at"]))
        best[play["player"]] = min(best.get(play["player"], key), key)
    ranked = sorted((key, player.encode(), player) for player, key in best.items())
    return [(rank, player, sign * key[0], key[1]) for rank, (key, _, player) in enumerate(ranked)]


def _places(rows: list[dict[str, Any]]) -> list[Place]:
    return [(row["rank"], row["player"], row["score"], datetime.fromisoformat(row["achieved_at"])) for row in rows]
