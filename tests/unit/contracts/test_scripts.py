"""A letter of one script must not pass for a letter of another."""

import pytest

from ledgerboard_contracts.scripts import mixes_scripts


@pytest.mark.parametrize(
    "name",
    [
        "ada", "Zoë-99", "Владимир", "Ωμέγα", "李小龍", "さくらサクラ", "ビール2go", "김철수kim", "हिन्दी",
        "😀_1", "ｱﾆﾒ", "ªº", "", "12345", "ラーメン",
    ],
)  # fmt: skip
def test_one_script_and_what_is_written_together_is_no_mixture(name: str) -> None:
    assert not mixes_scripts(name)


@pytest.mark.parametrize(
    "name", ["\u0430da", "p\u0430ypal", "Ωmega", "李\u0430", "김さ", "ad\u0251\u0430", "sc\u03bfpe"]
)
def test_letters_of_scripts_that_nobody_writes_together_are(name: str) -> None:
    assert mixes_scripts(name)
