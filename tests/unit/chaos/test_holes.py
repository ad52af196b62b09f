"""The holes that chaos is held to find are ones that can be opened in the code as it is."""

from pathlib import Path

import pytest

from benchmarks.chaos.faults.registry import ALL, named
from benchmarks.chaos.holes import HOLES, Edit, Hole, StaleEditError

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("hole", HOLES.values(), ids=HOLES)
def test_what_a_hole_takes_out_stands_in_the_code_once(hole: Hole) -> None:
    texts: dict[str, str] = {}
    for edit in hole.edits:
        before = texts.get(edit.file) or (ROOT / edit.file).read_text()
        texts[edit.file] = edit.applied(before)
        assert texts[edit.file] != before


@pytest.mark.parametrize("hole", HOLES.values(), ids=HOLES)
def test_a_hole_is_looked_for_by_kinds_that_there_are(hole: Hole) -> None:
    assert named(hole.kinds).keys() <= ALL.keys()


def test_an_edit_of_code_that_has_changed_is_told() -> None:
    with pytest.raises(StaleEditError, match=r"late\.py holds 0 times"):
        Edit("late.py", "gone", "").applied("what is there")
    with pytest.raises(StaleEditError, match=r"late\.py holds 2 times"):
        Edit("late.py", "a", "").applied("a a")


@pytest.mark.parametrize("name", HOLES)
def test_every_hole_is_told_in_the_documentation(name: str) -> None:
    assert f"| `{name}` | {HOLES[name].was} |" in (ROOT / "docs" / "proof.md").read_text()
