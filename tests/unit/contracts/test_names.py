"""Names are compared byte by byte and never parsed, so all that matters is what they may hold."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import InvalidNameError, check_board, check_level, check_player
from ledgerboard_contracts.names import RESERVED_BOARDS
from ledgerboard_testkit import strategies


@given(strategies.boards)
def test_a_board_of_letters_digits_and_three_signs_is_taken_as_it_is(name: str) -> None:
    assert check_board(name) == name


@given(strategies.players)
def test_a_player_may_be_called_almost_anything(name: str) -> None:
    assert check_player(name) == name


@pytest.mark.parametrize("name", ["a|b", "a:b", "{a}", "ab cd", "é", "漢字", "🎮", "-", "%2e"])
def test_separators_of_other_systems_are_harmless_in_players_and_levels(name: str) -> None:
    """Trap 15: a separator inside a member's name."""
    assert check_player(name) == name
    assert check_level(name) == name


@pytest.mark.parametrize("name", ["", "-a", ".a", "_a", "a b", "a/b", "a:b", "é", "a\n", "a" * 65])
def test_a_board_that_no_path_could_carry_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="a board's name is"):
        check_board(name)


@pytest.mark.parametrize("name", sorted(RESERVED_BOARDS))
def test_the_routes_own_names_cannot_name_a_board_in_any_case(name: str) -> None:
    for each in (name, name.upper(), name.title()):
        with pytest.raises(InvalidNameError, match="reserved"):
            check_board(each)


@pytest.mark.parametrize("name", ["", " a", "a ", "\ta", "a\u2003", "a\x00b", "a\x7fb", "a\x85b", "a\u2028b", "a/b"])
def test_what_would_not_survive_a_path_or_a_log_line_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError):
        check_player(name)
    with pytest.raises(InvalidNameError):
        check_level(name)


@pytest.mark.parametrize("name", [".", ".."])
def test_a_player_is_never_a_relative_path(name: str) -> None:
    with pytest.raises(InvalidNameError, match="path segment"):
        check_player(name)


def test_lengths_count_characters_up_to_the_limit() -> None:
    assert check_player("é" * 64)
    assert check_level("é" * 32)
    with pytest.raises(InvalidNameError, match="1 to 64"):
        check_player("é" * 65)
    with pytest.raises(InvalidNameError, match="1 to 32"):
        check_level("é" * 33)


@given(st.text(max_size=70))
def test_any_text_is_either_taken_unchanged_or_refused_as_a_name(name: str) -> None:
    for check in (check_board, check_player, check_level):
        with suppress(InvalidNameError):
            assert check(name) == name
