"""Whoever brings new rules of time zones tells the operators, who have a step to take."""

import re
from typing import Final

from tests.architecture.tree import ROOT

_LOCKED: Final = re.compile(r"^tzdata==(\S+)", re.MULTILINE)


def test_the_changelog_names_the_time_zone_rules_that_are_shipped() -> None:
    (version,) = _LOCKED.findall((ROOT / "requirements.lock").read_text("utf-8"))
    assert f"tzdata {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8"), "see docs/runbooks/board-differs.md"
