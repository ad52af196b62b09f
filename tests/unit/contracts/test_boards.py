"""A definition says how a board ranks; two options that rank alike may follow each other without a rebuild."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ledgerboard_contracts import (
    DEFAULT_OPTIONS,
    MAX_SCORE,
    BoardDefinition,
    BoardOptions,
    InvalidDefinitionError,
    Order,
    Policy,
    Season,
    TieBreak,
)
from ledgerboard_contracts.boards import _PROJECTION

_START, _END = "2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z"


def test_an_undefined_board_ranks_the_best_play_more_first_without_bounds() -> None:
    assert (DEFAULT_OPTIONS.order, DEFAULT_OPTIONS.policy) == (Order.DESC, Policy.BEST)
    assert (DEFAULT_OPTIONS.min_score, DEFAULT_OPTIONS.max_score) == (-MAX_SCORE, MAX_SCORE)


def test_bounds_that_exclude_every_score_are_refused_by_the_name_of_the_option() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        BoardOptions(min_score=2, max_score=1)
    assert caught.value.field == "min_score"


START = datetime(2026, 3, 1, tzinfo=UTC)
SPRING = Season(key="spring", start=START, end=START + timedelta(days=90))


def test_what_changes_no_rank_may_change_freely() -> None:
    assert DEFAULT_OPTIONS.projects_like(BoardOptions(min_score=0, max_score=9, title="Laps", decimals=3))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("order", Order.ASC), ("policy", Policy.PLAYS), ("ties", (TieBreak(attribute="lives"),)),
        ("time_zone", "Europe/Zurich"), ("seasons", (SPRING,)), ("level_views", False), ("session_views", False),
        ("level_total_view", True),
    ],
)  # fmt: skip
def test_what_changes_ranks_or_views_is_a_conflict_by_its_name(option: str, value: Any) -> None:
    assert DEFAULT_OPTIONS.projection_conflict(BoardOptions(**{option: value})) == option
    assert not DEFAULT_OPTIONS.projects_like(BoardOptions(**{option: value}))


def test_every_option_either_changes_ranks_or_is_known_not_to() -> None:
    harmless = {
        "min_score", "max_score", "title", "decimals", "managed_sessions", "submitters", "max_gain", "max_attempts",
        "on_suspicion", "levels",
    }  # fmt: skip
    projecting = set(_PROJECTION)
    assert {field.name for field in fields(BoardOptions)} == harmless | projecting
    assert not harmless & projecting


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"policy": Policy.TOTAL, "ties": (TieBreak(attribute="lives"),)}, "ties"),
        ({"ties": (TieBreak(attribute="lives"), TieBreak(attribute="lives", order=Order.ASC))}, "ties"),
        ({"ties": tuple(TieBreak(attribute=name) for name in "abcdef")}, "ties"),
        ({"seasons": (SPRING, replace(SPRING, end=START + timedelta(days=1)))}, "seasons"),
        ({"seasons": (replace(SPRING, end=START),)}, "seasons"),
        ({"seasons": tuple(replace(SPRING, key=str(number)) for number in range(51))}, "seasons"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../UTC"}, "time_zone"),
        ({"time_zone": "Europe"}, "time_zone"),
        ({"time_zone": "localtime"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
    ],
)
def test_a_contradiction_is_refused_by_the_name_of_the_option(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        BoardOptions(**options)
    assert caught.value.field == field


def test_a_definition_of_the_first_release_reads_as_it_did() -> None:
    written = {"order": "asc", "policy": "best", "min_score": 0, "max_score": 100, "title": "Laps"}
    assert msgspec.convert(written, BoardOptions) == BoardOptions(
        order=Order.ASC, min_score=0, max_score=100, title="Laps"
    )


@pytest.mark.parametrize(
    "document",
    [
        {"board": "b", "version": 0, "options": {}},
        {"board": "b", "version": 2**31, "options": {}},
        {"board": "", "version": 1, "options": {}},
        {"board": "b", "version": 1, "options": {"max_score": MAX_SCORE + 1}},
        {"board": "b", "version": 1, "options": {"order": "up"}},
        {"board": "b", "version": 1, "options": {"min_score": True}},
        {"board": "b", "version": 1, "options": {"title": "t" * 121}},
        {"board": "b", "version": 1, "options": {"min_score": 2, "max_score": 1}},
        {"board": "b", "version": 1, "options": {"decimals": 10}},
        {"board": "b", "version": 1, "options": {"ties": [{"attribute": ""}]}},
        {"board": "b", "version": 1, "options": {"time_zone": "Mars/Olympus"}},
        {"board": "b", "version": 1, "options": {"seasons": [{"key": "a:b", "start": _START, "end": _END}]}},
        {"board": "b", "version": 1, "options": {"seasons": [{"key": "a", "start": _START[:-1], "end": _END}]}},
    ],
)
def test_a_document_that_is_no_definition_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, BoardDefinition)


@pytest.mark.parametrize("levels", [0, 1, 10_000, (), ("1",), ("Zürich", "a b")])
def test_levels_are_declared_or_counted(levels: int | tuple[str, ...]) -> None:
    assert BoardOptions(levels=levels).levels == levels


@pytest.mark.parametrize("levels", [-1, 10_001, ("1", "1"), ("",), ("a/b",), ("x" * 33,), ("a\x00",), ("1",) * 1001])
def test_levels_that_nobody_could_name_or_too_many_are_refused(levels: int | tuple[str, ...]) -> None:
    with pytest.raises(InvalidDefinitionError) as refused:
        BoardOptions(levels=levels)
    assert refused.value.field == "levels"
