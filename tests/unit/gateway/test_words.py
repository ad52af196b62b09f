"""Whole words are found, in whatever case, and innocent words that hold them are not."""

from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_gateway.name_settings import NameSettings
from ledgerboard_gateway.words import Words, read_words

# Some letters are written for a letter and a sign, such as \u013f, which is an L and a dot.
LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd"]).filter(lambda each: normalize("NFKC", each).isalnum())
APART = st.sampled_from(["", " ", "-", "_", "!", ".", " ~ ", "'", "😀"])


@pytest.fixture(scope="module")
def ours() -> Words:
    return read_words(NameSettings().path)


@pytest.mark.parametrize("name", ["Scunthorpe", "cheesecake", "Shitake", "Dickens", "raper", "grape", "Essex", "Yan"])
def test_a_word_inside_a_longer_one_is_innocent(ours: Words, name: str) -> None:
    assert not ours.are_in(name)
    assert not Words(["potato"]).are_in(f"{name} potatoes")


@pytest.mark.parametrize(
    "name",
    ["Potato", "pOTATO", "a Potato!", "xx_potato_xx", "\uff30\uff2f\uff34\uff21\uff34\uff2f", "big-potato", "«potato»"],
)
def test_neither_case_nor_width_nor_signs_hide_a_word(name: str) -> None:
    assert Words(["potato"]).are_in(name)


@pytest.mark.parametrize(("word", "name"), [("straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Zoë", "zoe\u0308")])
def test_case_is_that_of_all_of_unicode(word: str, name: str) -> None:
    assert Words([word]).are_in(f"the {name}")


@given(word=st.text(LETTERS, min_size=1, max_size=8), before=APART, after=APART, inside=st.text(LETTERS, min_size=1))
def test_a_word_is_found_alone_and_only_alone(word: str, before: str, after: str, inside: str) -> None:
    words = Words([word])
    assert words.are_in(f"{before}{word}{after}")
    assert words.are_in(f"{inside} {word} {inside}")
    assert not words.are_in(f"{inside}{word}") or words.are_in(inside)


def test_an_entry_of_several_words_is_found_where_they_follow_each_other() -> None:
    words = Words(["hot potato"])
    assert words.are_in("the HOT  potato")
    assert not words.are_in("hot, not potato")


def test_a_list_has_comments_and_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# none of these\n\npotato # a root\n", "utf-8")
    words = read_words(path)
    assert words.are_in("potato")
    assert not words.are_in("a root none")


def test_a_list_that_is_not_there_is_a_wrong_setting() -> None:
    with pytest.raises(ValueError, match="LEDGERBOARD_BANNED_WORDS"):
        NameSettings(banned_words="/nowhere/words.txt")
