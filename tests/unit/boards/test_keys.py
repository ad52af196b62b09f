"""Keys keep boards together and stages apart."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    WHOLE_BOARD,
    Calendar,
    Scope,
    Season,
    Span,
    View,
    level_scope,
    session_scope,
    spans_of,
)
from ledgerboard_testkit import strategies

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ENVELOPE_ID = UUID("019aa2c5-7c11-7abc-8def-0123456789ab")
CALENDAR = Calendar(seasons=(Season(key="cup", start=NOW, end=NOW + timedelta(days=1)),))
SPANS = spans_of(NOW, CALENDAR)

scopes = st.one_of(
    st.sampled_from([WHOLE_BOARD, ALL_LEVELS]),
    strategies.levels.map(level_scope),
    strategies.players.map(session_scope),
)


def others_of(keyspace: Keyspace, board: str, generation: int) -> list[bytes]:
    """The keys of a board that are no view's."""
    return [
        keyspace.state(board),
        keyspace.registry(board, generation),
        keyspace.plays(board, generation),
        keyspace.mark(board, generation, ENVELOPE_ID),
    ]


def test_all_keys_of_a_board_share_one_hash_tag() -> None:
    keys = [key for view in Keyspace("prod").of_all("chess", 1, WHOLE_BOARD, SPANS) for key in view.all]
    assert len(set(keys)) == 20
    keys += others_of(Keyspace("prod"), "chess", 1)
    assert {re.search(rb"\{(.*?)\}", key)[1] for key in keys} == {b"prod/chess"}  # type: ignore[index]  # All have one.


@given(st.lists(st.tuples(st.sampled_from(SPANS), scopes, st.integers(1, 12)), min_size=2, unique=True))
def test_no_two_views_of_a_board_share_a_key(views: list[tuple[Span, Scope, int]]) -> None:
    found = [key for span, scope, number in views for key in Keyspace("dev").of(View("chess", span, scope, number)).all]
    assert len(set(found)) == len(found)


def test_two_generations_share_the_state_alone() -> None:
    first, second = (set(others_of(Keyspace("dev"), "chess", number)) for number in (1, 12))
    assert first & second == {Keyspace("dev").state("chess")}


@given(scopes)
def test_a_state_and_no_other_key_names_the_board_that_moved(scope: Scope) -> None:
    keyspace = Keyspace("dev")
    assert keyspace.moved_board(keyspace.state("chess")) == "chess"
    assert [keyspace.moved_board(key) for key in keyspace.of(View("chess", ALL_TIME, scope)).all] == [None] * 4
    assert keyspace.moved_board(keyspace.of(View("chess", ALL_TIME, level_scope("}:state"))).top) is None


def test_two_stages_share_neither_a_key_nor_a_channel() -> None:
    dev, prod = Keyspace("dev"), Keyspace("prod")
    assert not set(dev.of(View("chess", ALL_TIME)).all) & set(prod.of(View("chess", ALL_TIME)).all)
    assert not set(others_of(dev, "chess", 1)) & set(others_of(prod, "chess", 1))
    assert len({dev.channel, prod.channel, dev.folded_channel, prod.folded_channel}) == 4


@pytest.mark.parametrize("stage", ["", "a/b", "a}b", "a{b", "a b", "-a", "x" * 33, "dev\n"])
def test_a_stage_that_could_blur_the_tag_is_refused(stage: str) -> None:
    with pytest.raises(ValueError, match="cannot name a stage"):
        Keyspace(stage)


def test_the_keys_of_many_spans_are_those_of_each() -> None:
    keyspace = Keyspace("dev")
    for scope in (WHOLE_BOARD, level_scope("1")):
        expected = tuple(keyspace.of(View("chess", span, scope, 7)) for span in SPANS)
        assert keyspace.of_all("chess", 7, scope, SPANS) == expected


def test_all_time_and_seasons_never_expire() -> None:
    views = Keyspace("dev").of_all("chess", 1, WHOLE_BOARD, SPANS)
    assert [view.expires_at_seconds > 0 for view in views] == [False, True, True, True, False]
