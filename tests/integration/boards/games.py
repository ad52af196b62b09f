"""Boards of every kind and plays on them, for the tests that drive them at random."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from ledgerboard_contracts import MAX_SCORE, BoardDefinition, BoardOptions, Fact, Order, Policy, Season, TieBreak
from ledgerboard_testkit.plays import make_fact

BOARD: Final = "chess"
ZONES: Final = [
    "UTC",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Africa/Cairo",
]
PLAYERS: Final = ["ann", "Ann", "a|b", "{x}", "-1", "zoë", "ÿ", "🎲"]
LEVELS: Final = [None, None, "1", "one:two", "Zürich"]
SESSIONS: Final = [None, None, None, "board", "level:1"]
LIMITS: Final = [MAX_SCORE, MAX_SCORE - 1, -MAX_SCORE, 1 - MAX_SCORE, 10**9, 10**9 + 1]
NOW: Final = datetime.now(UTC)

_moments: Final = st.builds(
    lambda days, microseconds: NOW - timedelta(days=days, microseconds=microseconds),
    st.sampled_from([0, 0, 0, 0, 1, 6, 9, 31, 120, 400]),
    st.integers(0, 2) | st.integers(0, 86_400_000_000),
)
_orders: Final = st.sampled_from(Order)
_ties: Final = st.lists(
    st.builds(TieBreak, attribute=st.sampled_from(["lives", "shots"]), order=_orders),
    max_size=2,
    unique_by=lambda tie: tie.attribute,
)
_seasons: Final = st.lists(
    st.builds(lambda start, days: (start, start + timedelta(days=days)), _moments, st.integers(1, 90)), max_size=2
).map(lambda spans: tuple(Season(key=f"s{i}", start=start, end=end) for i, (start, end) in enumerate(spans)))
_flags: Final = st.booleans()


def definitions(policies: st.SearchStrategy[Policy]) -> st.SearchStrategy[BoardDefinition]:
    """Version 1 of `BOARD`, in any way that it can be defined."""
    return st.builds(_define, policies, _orders, _ties, st.sampled_from(ZONES), _seasons, st.tuples(*[_flags] * 3))


def _define(
    policy: Policy,
    order: Order,
    ties: Sequence[TieBreak],
    zone: str,
    seasons: tuple[Season, ...],
    flags: Sequence[bool],
) -> BoardDefinition:
    options = BoardOptions(
        policy=policy, order=order, ties=() if policy is Policy.TOTAL else tuple(ties), time_zone=zone, seasons=seasons,
        level_views=flags[0], session_views=flags[1], level_total_view=flags[2],
    )  # fmt: skip
    return BoardDefinition(board=BOARD, version=1, options=options)


_tie_values: Final = st.sampled_from([0, 1, -1, MAX_SCORE, -MAX_SCORE])

facts: Final[st.SearchStrategy[Fact]] = st.builds(
    lambda player, score, when, level, session, lives, shots: make_fact(
        player, score, when, level=level, session=session, attributes={"lives": lives, "shots": shots}
    ),
    st.sampled_from(PLAYERS[:3]) | st.sampled_from(PLAYERS),
    st.integers(-2, 2) | st.sampled_from(LIMITS),
    _moments,
    st.sampled_from(LEVELS),
    st.sampled_from(SESSIONS),
    _tie_values,
    _tie_values,
)
"""Plays that often meet: few players, few scores, times a microsecond apart."""
