"""``check``: what must hold before a change goes in. The cheap gates come first, the tests last."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from ledgerboard_dev.audit import audit

_GATES: Final = (
    ("format", ("ruff", "format", "--check", ".")),
    ("rules", ("ruff", "check", ".")),
    ("types", ("mypy", "libs", "services", "cli", "dev", "tests", "benchmarks")),
    ("types of ./run", ("mypy", "run")),
    ("architecture", ("lint-imports",)),
)


def check(advisories: str = "") -> int:
    """Run every gate, then the tests if all gates passed; pytest's last line is the last one printed."""
    failed = [name for name, command in _GATES if not _passes(name, command)]
    if not is_sound(advisories):
        failed.append("audit")
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
        return 1
    return subprocess.run([sys.executable, "-m", "pytest"], check=False).returncode


def is_sound(advisories: str = "") -> bool:
    """Whether nothing is known against a dependency, as far as that can be asked here."""
    began = time.monotonic()
    made = audit(advisories)
    result = "FAILED" if made.found else "ok" if made.asked else "unasked"
    print(f"  {'audit':<20} {result:<8} {time.monotonic() - began:5.1f} s  {made.words}", flush=True)
    return not made.found


def _passes(name: str, command: tuple[str, ...]) -> bool:
    """Quiet when it passes; else whatever the tool says."""
    began = time.monotonic()
    program = str(Path(sys.executable).with_name(command[0]))
    finished = subprocess.run([program, *command[1:]], check=False, capture_output=True, text=True)
    passed = finished.returncode == 0
    print(f"  {name:<20} {'ok' if passed else 'FAILED':<8} {time.monotonic() - began:5.1f} s", flush=True)
    if not passed:
        print(finished.stdout + finished.stderr, flush=True)
    return passed
