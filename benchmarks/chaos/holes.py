"""Take one fix out of the code, and see chaos say NOT EXACT: ``python -m benchmarks.chaos.holes [NAME ...]``.

A proof that nothing breaks is worth what it notices. Each hole is one that the code once had; its edits open it again,
in a copy of the tree, and chaos plays on the copy for ten minutes at most. Prints a line of docs/proof.md a hole.
Exit code 0 if and only if all were noticed. Takes an hour for all, so it is no part of CI.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.copies import copy_tree
from ledgerboard_dev.install import install

_MINUTES: Final = 10
_FOUND: Final = re.compile(r"not exact after (\d+) s and ([\d,]+) faults")

_LEDGER: Final = "libs/ledger/src/ledgerboard_ledger"
_LUA: Final = "libs/boards/src/ledgerboard_boards/functions"
_RANKER: Final = "services/ranker/src/ledgerboard_ranker"


class StaleEditError(ValueError):
    """What an edit takes out does not stand in the code exactly once. The message names the file."""


@dataclass(frozen=True, slots=True)
class Edit:
    """In ``file`` the only ``old`` becomes ``new``."""

    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """``text`` with it. Raises `StaleEditError`."""
        if text.count(self.old) != 1:
            raise StaleEditError(f"{self.file} holds {text.count(self.old)} times {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """One fix that is taken out by ``edits``: ``was`` says what the fix does. ``kinds`` of faults should find that.

    A round is ``check_every`` seconds long, and a board may be wrong for ``patience`` seconds after it.
    """

    was: str
    edits: Sequence[Edit]
    kinds: str
    seed: int = 1
    check_every: int = 60
    patience: int = 30

    @property
    def options(self) -> Sequence[str]:
        """What chaos is told."""
        return [
            "--kinds", self.kinds, "--seed", str(self.seed), "--minutes", str(_MINUTES),
            "--check-every", str(self.check_every), "--patience", str(self.patience),
        ]  # fmt: skip


HOLES: Final[Mapping[str, Hole]] = {
    "two-generations": Hole(
        was="of two standing generations the greater horizon tells what is late",
        edits=[
            Edit(
                f"{_LEDGER}/late.py",
                "known[board] = max(known.get(board, _EARLIEST), until or _ALWAYS)",
                "known[board] = until or _ALWAYS",
            )
        ],
        kinds="lost-late",
        seed=3,
        check_every=150,
    ),
    "pause": Hole(
        was="the horizon of a restatement is taken just before the call to Redis, which refuses one that comes late",
        edits=[
            Edit(
                f"{_RANKER}/restating.py",
                "        facts = self._read(board, opened)\n",
                "        moment = self._clocks.moment(board)\n        facts = self._read(board, opened)\n",
            ),
            Edit(
                f"{_RANKER}/restating.py",
                "            moment = self._clocks.moment(board)\n            horizons.update",
                "            horizons.update",
            ),
            Edit(f"{_LUA}/restate.lua", "~= arguments[1] or is_past(arguments[3]) then", "~= arguments[1] then"),
        ],
        kinds="answer-held",
        check_every=100,
    ),
    "import": Hole(
        was="the transaction that records imported facts asks for the rebuild, too",
        edits=[
            Edit(
                f"{_LEDGER}/rebuild_requests.py",
                """        request_rebuilds(
            connection, asked, reason=self._reason, author=self._author, owner=self._owner, seconds=self._held_seconds
        )
        self._boards |= asked
""",
                "        self._boards |= asked\n",
            ),
            Edit(
                f"{_LEDGER}/rebuild_requests.py",
                '            connection.execute(_RELEASE, {"owner": self._owner})\n',
                "            request_rebuilds(connection, self._boards, reason=self._reason, author=self._author)\n",
            ),
        ],
        kinds="import",
    ),
    "archive": Hole(
        was="the transaction that takes a month out of the ledger asks for the rebuilds, too",
        edits=[
            Edit(
                f"{_LEDGER}/archives.py",
                """            request_rebuilds(connection, boards, reason="archive", author="retention")
            return list(boards)
""",
                """        for board in boards:
            with postgres_errors(), self._engine.begin() as connection:
                request_rebuilds(connection, [board], reason="archive", author="retention")
        return list(boards)
""",
            )
        ],
        kinds="archive",
        check_every=100,
    ),
    "ahead": Hole(
        was="ingest lets wait what was accepted by a clock that is more than 30 s ahead of PostgreSQL's",
        edits=[
            Edit(
                "services/ingest/src/ledgerboard_ingest/worker.py",
                "if self._time.has_reached(latest - MAX_CLOCK_SKEW):",
                "if latest:",
            )
        ],
        kinds="clock-far,rebuild,pause",
        check_every=80,
    ),
    "own-clock": Hole(
        was="horizons are taken by PostgreSQL's and Redis's clock, too",
        edits=[
            Edit(
                f"{_RANKER}/clocks.py",
                "latest = max(drawn_at, self._ledger.now(), self._own.now())",
                "latest = self._own.now()",
            )
        ],
        kinds="clock-far@re*,rebuild,void",
        check_every=80,
    ),
    "marks": Hole(
        was="an envelope that is no later than the forgotten marks is ambiguous, and the ledger decides",
        edits=[
            Edit(
                f"{_LUA}/fold.lua",
                """    if time <= low_time and since <= low_made then
      return AMBIGUOUS
    end
""",
                "",
            )
        ],
        kinds="ghosts",
        check_every=120,
    ),
    "fail-over": Hole(
        was="the beat that Redis remembers is compared with the one on record",
        edits=[
            Edit(
                f"{_RANKER}/rebuilder/continuity.py",
                "and last.token in {beat.token, beat.previous} and _is_same(last, looked) and not has_evicted:",
                "and not has_evicted:",
            )
        ],
        kinds="fail-over",
        patience=120,
    ),
    "first-beat": Hole(
        was="data without a beat are in doubt where the record knows one",
        edits=[
            Edit(
                f"{_RANKER}/rebuilder/continuity.py",
                "    if beat is not None and last.token in {beat.token, beat.previous} and _is_same",
                "    if beat is None or last.token in {beat.token, beat.previous} and _is_same",
            )
        ],
        kinds="valkey-first",
        patience=120,
    ),
    "outage": Hole(
        was="the second look asks the ledger for boards of which nobody could note that they were written to",
        edits=[
            Edit(
                f"{_RANKER}/rebuilder/watching.py",
                "        yield from self._touches.played(since - MAX_CLOCK_SKEW, requested_before)\n",
                "",
            )
        ],
        kinds="power-cut",
        seed=21,
        check_every=300,
        patience=120,
    ),
    "eviction": Hole(
        was="a rise of evicted keys is a loss",
        edits=[
            Edit(
                f"{_RANKER}/rebuilder/continuity.py",
                "has_evicted = looked.evicted_keys > _evicted_before(last, looked)",
                "has_evicted = False",
            )
        ],
        kinds="evict,void",
        patience=120,
    ),
    "other-server": Hole(
        was="a restatement refuses facts that another server recorded",
        edits=[
            Edit(
                f"{_LEDGER}/replay.py",
                "                raise OtherServerError(board)\n            found[row.player]",
                "                continue\n            found[row.player]",
            )
        ],
        kinds="other-server,void",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the holes that are named, or all, one after the other. Returns 0 if chaos noticed each, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos.holes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(HOLES)}; all of them")
    parser.add_argument("--keep", type=Path, default=Path(".state/holes"), help="where the copy lies (%(default)s)")
    parser.add_argument("--seed", type=int, help="another seed than the hole's own")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names) - HOLES.keys()
    if unknown:
        parser.error(f"unknown holes: {', '.join(sorted(unknown))}")
    missed = 0
    for name in chosen.names or HOLES:
        hole = HOLES[name] if chosen.seed is None else replace(HOLES[name], seed=chosen.seed)
        missed += not _is_noticed(name, hole, chosen.keep.resolve())
    return min(missed, 1)


def _is_noticed(name: str, hole: Hole, home: Path) -> bool:
    """Open one hole, and play. What chaos says stays in ``home``, as do the files of its run."""
    tree = copy_tree(Path.cwd(), home)
    for edit in hole.edits:
        path = tree / edit.file
        path.write_text(edit.applied(path.read_text()))
    python = install(tree, os.environ)
    shutil.rmtree(home / name, ignore_errors=True)
    log = home / f"{name}.log"
    with log.open("w") as file:
        command = [str(python), "-m", "benchmarks.chaos", *hole.options, "--keep", str(home / name)]
        subprocess.run(command, cwd=tree, stdout=file, stderr=subprocess.STDOUT, check=False)
    told = log.read_text().rstrip()
    found = _FOUND.search(told)
    words = f"{found[1]} | {found[2]}" if found else f"{told.splitlines()[-1]} |"
    print(f"| `{name}` | {hole.was} | `{hole.kinds}` | {hole.seed} | {words} |", flush=True)
    return found is not None


if __name__ == "__main__":
    sys.exit(main())
