"""Attributes are any JSON object that every store can hold."""

from typing import Any

import pytest
from hypothesis import given

from ledgerboard_contracts.attributes import InvalidAttributesError, check_attributes
from ledgerboard_testkit import strategies


@given(strategies.attributes)
def test_json_without_the_nul_character_is_taken(attributes: dict[str, Any]) -> None:
    check_attributes(attributes)


def test_a_text_that_only_spells_the_nul_character_is_taken() -> None:
    check_attributes({"path": r"C:\u0000"})


@pytest.mark.parametrize(
    "attributes", [{"a": "\x00"}, {"\x00": 1}, {"a": ["b", {"c": "d\x00"}]}, {"a": {"b\x00": None}}]
)
def test_the_one_character_that_postgresql_cannot_keep_is_refused_wherever_it_hides(attributes: dict[str, Any]) -> None:
    with pytest.raises(InvalidAttributesError, match=r"U\+0000"):
        check_attributes(attributes)
