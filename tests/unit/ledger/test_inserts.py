import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_ledger.inserts import comment


def test_the_comment_names_each_id_once_in_order() -> None:
    assert comment(["b", "a", "b"]) == "/* correlation_id=b,a */ "


def test_no_ids_make_no_comment() -> None:
    assert comment([]) == ""


@pytest.mark.parametrize("broken", ["*/ DROP TABLE facts; --", "a b", "", "a\n", "%s", "x" * 65])
def test_what_is_no_correlation_id_is_left_out(broken: str) -> None:
    assert comment([broken]) == ""
    assert comment([broken, "good"]) == "/* correlation_id=good */ "


@given(st.lists(st.text()))
def test_nothing_ends_the_comment_early_or_looks_like_a_parameter(ids: list[str]) -> None:
    made = comment(ids)
    assert made.count("*/") == (1 if made else 0)
    assert "%" not in made


def test_a_long_list_is_cut() -> None:
    assert comment(map(str, range(100))) == "/* correlation_id=0,1,2,3,4,5,6,7 */ "
