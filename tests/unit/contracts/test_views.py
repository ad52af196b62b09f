"""Which views a fact belongs to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    WHOLE_BOARD,
    BoardOptions,
    Season,
    View,
    level_scope,
    scopes_of,
    session_scope,
    spans_of,
    views_of,
)
from ledgerboard_testkit.events import NOON, fact

PLAYED = fact(level="7", session="s-1")


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, ["board", "level:7", "session:s-1"]),
        ({"level_total_view": True}, ["board", "level:7", "levels", "session:s-1"]),
        ({"level_views": False, "level_total_view": True}, ["board", "levels", "session:s-1"]),
        ({"level_views": False, "session_views": False}, ["board"]),
    ],
)
def test_a_fact_counts_in_the_scopes_that_its_board_has(options: dict[str, Any], keys: list[str]) -> None:
    assert [scope.key for scope in scopes_of(PLAYED, BoardOptions(**options))] == keys


def test_a_fact_without_level_and_session_counts_in_the_whole_board_only() -> None:
    assert list(scopes_of(fact(), BoardOptions(level_total_view=True))) == [WHOLE_BOARD]


def test_every_scope_has_every_span_but_a_session_all_its_time_only() -> None:
    season = Season(key="cup", start=NOON, end=NOON + timedelta(days=1))
    options = BoardOptions(level_total_view=True, time_zone="Asia/Kathmandu", seasons=(season,))
    views = set(views_of("race", PLAYED, options))
    spans = spans_of(NOON, options.calendar)
    assert [span.key for span in spans] == ["all", "2026-11", "2026-W47", "2026-11-21", "season:cup"]
    expected = {View("race", span, scope) for span in spans for scope in (WHOLE_BOARD, level_scope("7"), ALL_LEVELS)}
    assert views == expected | {View("race", ALL_TIME, session_scope("s-1"))}


def test_a_late_fact_counts_in_the_spans_in_which_it_occurred() -> None:
    late = fact(at=datetime(2026, 1, 1, tzinfo=UTC))
    assert [view.span.key for view in views_of("race", late, BoardOptions())] == [
        "all",
        "2026-01",
        "2026-W01",
        "2026-01-01",
    ]


def test_no_level_is_taken_for_another_scope() -> None:
    names = {level_scope("board").key, level_scope("levels").key, session_scope("x").key, level_scope("x").key}
    assert len(names | {WHOLE_BOARD.key, ALL_LEVELS.key}) == 6
