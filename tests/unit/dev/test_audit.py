"""A report of pip-audit is read for what it says, and for what it does not."""

import json

import pytest

from ledgerboard_dev.audit import read_report

SOUND = {"name": "flask", "version": "3.1.9", "vulns": []}
SKIPPED = {"name": "redis", "skip_reason": "not found"}
KNOWN = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]}]}
UNMENDED = {"name": "click", "version": "1.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}


def report(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_each_known_vulnerability_is_named_with_what_mends_it() -> None:
    made = read_report(report(SOUND, KNOWN, UNMENDED))
    assert made.found == ["jinja2 2.0: PYSEC-1, mended in 2.1, 3.0", "click 1.0: PYSEC-2, mended in no version"]
    assert made.words == "\n".join(made.found)


def test_what_could_not_be_asked_is_not_counted_as_sound() -> None:
    made = read_report(report(SOUND, SKIPPED))
    assert (made.asked, made.packages, made.words) == (1, 2, "nothing known against 1 of 2 packages")


@pytest.mark.parametrize("text", ["", "an error", report(SKIPPED)])
def test_no_advisories_are_no_audit(text: str) -> None:
    made = read_report(text)
    assert (made.asked, list(made.found)) == (0, [])
    assert made.words == "no advisories are to be had from here"
