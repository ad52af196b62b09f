"""Ask whether a known vulnerability stands in what is installed: `pip-audit` over ``requirements.lock``.

Advisories come from the package index, or else from OSV, or only from a server like OSV's, if one is named. Where none
are to be had - no network, a mirror without them - nothing is known, which is told apart from nothing found: it does
not fail a check, and never passes for an audit.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LOCK: Final = "requirements.lock"
_TIMEOUT_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Audit:
    """How many packages were asked about, and what is known against them."""

    asked: int
    packages: int
    found: Sequence[str]

    @property
    def words(self) -> str:
        """In one line, or more where something was found."""
        if self.found:
            return "\n".join(self.found)
        if self.asked == 0:
            return "no advisories are to be had from here"
        return f"nothing known against {self.asked} of {self.packages} packages"


def audit(advisories: str = "") -> Audit:
    """Audit the lock file of the working directory, by the advisories at this URL or else by public ones."""
    services = (("osv", "--osv-url", advisories),) if advisories else (("pypi",), ("osv",))
    made = Audit(0, 0, ())
    for service in services:
        made = _ask(service)
        if made.asked:
            break
    return made


def _ask(service: Sequence[str]) -> Audit:
    program = Path(sys.executable).with_name("pip-audit")
    options = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")
    try:
        finished = subprocess.run(
            [program, "--requirement", LOCK, *options, "--vulnerability-service", *service],
            check=False,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return read_report("")
    return read_report(finished.stdout)


def read_report(report: str) -> Audit:
    """What a report of pip-audit says. One that is no JSON comes of an index that did not answer."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except ValueError:
        return Audit(0, 0, ())
    asked = [each for each in packages if "skip_reason" not in each]
    found = [
        f"{each['name']} {each['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'no version'}"
        for each in asked
        for known in each["vulns"]
    ]
    return Audit(len(asked), len(packages), found)
