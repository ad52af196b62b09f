"""``python -m benchmarks.chaos.check FOLDER``: say EXACT or NOT EXACT of a run's files, and what differs.

Exit code 0: exact, 1: not, 2: the folder holds no run.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.chaos.check.records import read_run
from benchmarks.chaos.check.verdict import faults

_SHOWN: Final = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos.check", description=__doc__)
    parser.add_argument("folder", type=Path, help="where a run of chaos wrote its files")
    folder: Path = parser.parse_args(arguments).folder
    try:
        run = read_run(folder)
    except (FileNotFoundError, KeyError, ValueError) as error:
        print(f"{folder} holds no run that can be read: {error}", file=sys.stderr)
        return 2
    found = faults(run)
    for fault in found[:_SHOWN]:
        print(f"  {fault}")
    if len(found) > _SHOWN:
        print(f"  and {len(found) - _SHOWN:,} more")
    boards = sum(each.current for each in run.definitions)
    print(
        f"{'NOT EXACT' if found else 'EXACT'}: {len(run.submissions):,} scores submitted, {len(run.facts):,} facts,"
        f" {len(run.corrections):,} corrections, {boards:,} boards, {len(run.standings):,} views,"
        f" {len(run.closings):,} closings, {len(found):,} faults"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
