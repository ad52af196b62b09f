"""What is kept of a name is what everybody sees."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import InvalidNameError
from ledgerboard_contracts.display_names import MAX_DISPLAY_NAME, check_display_name


@given(st.text(max_size=60))
def test_a_name_that_is_kept_stays_as_it_is_however_often_it_is_said(said: str) -> None:
    with suppress(InvalidNameError):
        kept = check_display_name(said)
        assert check_display_name(kept) == kept
        assert kept == unicodedata.normalize("NFC", kept) == kept.strip()
        assert 1 <= len(kept) <= MAX_DISPLAY_NAME
        assert unicodedata.normalize("NFC", said.strip()) == kept


@pytest.mark.parametrize("name", ["Yan Cui", "Zoë", "李小龍", "Ωmega", "ada-99", "😀", "a" * 40, "O'Neil", "हिन्दी"])
def test_names_of_people_are_kept(name: str) -> None:
    assert check_display_name(name) == name


def test_accents_are_composed_and_white_space_around_a_name_is_not_kept() -> None:
    assert check_display_name(" \u3000Zoe\u0308\t") == "Zoë"


@pytest.mark.parametrize(
    "name",
    [
        "", " \t", "a" * 41, "a\nb", "a\x00b", "a\x7fb", "a\u202eb", "a\u2066b", "a\u200bb", "a\u200db", "a\u2060b",
        "a\ufeffb", "a\u00adb", "a\u034fb", "\u3164", "a\u115fb", "a\ufe0fb", "a\U000e0101b", "a\u00a0b", "a\u2003b",
        "a\u2028b", "\ud800", "\ue000", "\u0378", "\u0301a", "a\u2800b", "a\U000e0041b",
    ],
)  # fmt: skip
def test_what_does_not_show_or_turns_text_around_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError):
        check_display_name(name)
