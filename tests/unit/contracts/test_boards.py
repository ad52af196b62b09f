"""A definition says how a board ranks; two options that rank alike may follow each other without a rebuild."""

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
)


def test_an_undefined_board_ranks_the_best_play_more_first_without_bounds() -> None:
    assert (DEFAULT_OPTIONS.order, DEFAULT_OPTIONS.policy) == (Order.DESC, Policy.BEST)
    assert (DEFAULT_OPTIONS.min_score, DEFAULT_OPTIONS.max_score) == (-MAX_SCORE, MAX_SCORE)


def test_bounds_that_exclude_every_score_are_refused_by_the_name_of_the_option() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        BoardOptions(min_score=2, max_score=1)
    assert caught.value.field == "min_score"


def test_bounds_and_title_do_not_change_ranks_but_order_does() -> None:
    assert DEFAULT_OPTIONS.projects_like(BoardOptions(min_score=0, max_score=9, title="Laps"))
    assert not DEFAULT_OPTIONS.projects_like(BoardOptions(order=Order.ASC))


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
    ],
)
def test_a_document_that_is_no_definition_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, BoardDefinition)
