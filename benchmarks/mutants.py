"""``./run mutants``: change the code that exactness rests on, one place at a time, and see some test fail.

A mutant that lives is a line that no test holds. The places are those of folds, marks, horizons, restatements,
openings, beats and the judge; each is tried against the tests of its own subject. Python is changed by cosmic-ray, in a
copy of the tree; Lua by the list below. What lives is printed, and docs/proof.md says of each why it may.

Takes hours for everything, so it is no part of CI. ``./run mutants late`` tries one subject.
"""

import argparse
import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.copies import copy_tree
from ledgerboard_dev.install import install

_TOOL: Final = "cosmic-ray==8.7.0"
_TIMEOUT_SECONDS: Final = 300.0
_LEFT_OUT: Final = ("core/ReplaceBinaryOperator_BitOr_",)
"""Operators that say nothing: here ``|`` stands in annotations and between sets and dicts that never overlap."""

_RANKER: Final = "services/ranker/src/ledgerboard_ranker"
_ROADS: Final = (
    "tests/unit/ranker",
    "tests/integration/ranker/test_restating_races.py",
    "tests/integration/ranker/test_copies.py",
    "tests/integration/ranker/test_corrections.py",
    "tests/integration/ranker/test_pauses.py",
    "tests/integration/ranker/test_every_road.py",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Modules that belong together, and the tests that must notice a change of them."""

    modules: Sequence[str]
    tests: Sequence[str]


SUBJECTS: Final = {
    "late": Subject([f"{_RANKER}/late.py", f"{_RANKER}/clocks.py"], _ROADS),
    "projection": Subject([f"{_RANKER}/projection.py", f"{_RANKER}/catching_up.py"], _ROADS),
    "restating": Subject([f"{_RANKER}/restating.py"], _ROADS),
    "openings": Subject([f"{_RANKER}/openings.py", f"{_RANKER}/founding.py"], _ROADS),
    "ledger": Subject(
        ["libs/ledger/src/ledgerboard_ledger/late.py"],
        ["tests/integration/ledger/test_late.py", "tests/integration/ranker/test_every_road.py"],
    ),
    "judge": Subject(
        [f"services/ingest/src/ledgerboard_ingest/{name}.py" for name in ("judge", "clocks", "worker")],
        ["tests/unit/ingest"],
    ),
    "boards": Subject(
        [f"libs/boards/src/ledgerboard_boards/{name}.py" for name in ("folding", "orders", "restating")],
        ["tests/integration/boards/test_marks.py", "tests/integration/boards/test_restate.py",
         "tests/integration/boards/test_great_players.py", "tests/integration/boards/test_every_generation.py"],
    ),
    "watch": Subject(
        ["libs/boards/src/ledgerboard_boards/pulse.py", f"{_RANKER}/rebuilder/watching.py", f"{_RANKER}/touching.py",
         f"{_RANKER}/rebuilder/continuity.py", "libs/ledger/src/ledgerboard_ledger/beats.py"],
        ["tests/unit/ranker", "tests/integration/boards/test_pulse.py", "tests/integration/ledger/test_beats.py",
         "tests/integration/ranker/test_watching.py", "tests/integration/ranker/test_restarts.py"],
    ),
}  # fmt: skip

_LUA: Final = "libs/boards/src/ledgerboard_boards/functions"


@dataclass(frozen=True, slots=True)
class LuaMutant:
    """One change of a function: in ``file`` the first ``old`` becomes ``new``."""

    file: str
    old: str
    new: str


LUA: Final = (
    LuaMutant("fold.lua", "      return AMBIGUOUS\n    end", "    end"),
    LuaMutant("fold.lua", "time <= low_time", "time < low_time"),
    LuaMutant("fold.lua", " and since <= low_made", ""),
    LuaMutant("fold.lua", "since <= low_made", "since < low_made"),
    LuaMutant("fold.lua", "if goes and goes <= now then", "if goes and goes < 0 then"),
    LuaMutant("fold.lua", "next_goes = math.min(next_goes or goes, goes)", "next_goes = nil"),
    LuaMutant("fold.lua", "if not noted[2] or tonumber(noted[2]) > goes then", "if not noted[2] then"),
    LuaMutant("fold.lua", "if time > latest or now > last then", "if not noted[1] then"),
    LuaMutant("fold.lua", "math.floor((now + stands) / width)", "math.ceil((now + stands) / width)"),
    LuaMutant("fold.lua", "says ~= NOT_ADDED", "true"),
    LuaMutant("fold.lua", "local reached = ", "local reached = nil and "),
    LuaMutant("fold.lua", "not precedes(reached, cursor)", "precedes(cursor, reached)"),
    LuaMutant("fold.lua", "  adopt_marks(added, generation.registry, now)\n", ""),
    LuaMutant("fold.lua", "if state[1] ~= arguments[1] then", "if false then"),
    LuaMutant("fold.lua", "if state[2] == arguments[2] then", "if true then"),
    LuaMutant("states.lua", "redis.call('HGET', keys[1], 'version') ~= expected or is_past", "is_past"),
    LuaMutant("states.lua", "if redis.call('EXISTS', keys[1]) == 1 or is_past(arguments[5])",
              "if redis.call('EXISTS', keys[1]) == 1"),
    LuaMutant("states.lua", "~= expected or is_past(arguments[5])", "~= expected"),
    LuaMutant("states.lua", "math.max(version + 1,", "math.max(0,"),
    LuaMutant("restate.lua", " or is_past(arguments[3])", ""),
    LuaMutant("restate.lua", "redis.call('HGET', keys[1], 'version') ~= arguments[1] or is_past", "is_past"),
    LuaMutant("restate.lua", "      return 2\n", ""),
    LuaMutant("restate.lua", "      expire_hashes(generation)\n", ""),
    LuaMutant("apply.lua", "if not edge[1] and view.expires_at ~= '0' then", "if false then"),
    LuaMutant("apply.lua", "  in_chunks('ZREM', view.set, change.removed)", "  -- "),
    LuaMutant("registry.lua", "    return false\n  end\n  for _, set", "  end\n  for _, set"),
    LuaMutant("fold_entries.lua", "return outranks(key, member, other_key, other_member)", "return key < other_key"),
    LuaMutant("fold_sums.lua", "time = later(string.sub(old_value, TIME + 1), time)", ""),
    LuaMutant("fold_sums.lua", "key, residue = add(old_key, from_column(old_value), key, residue)",
              "key = old_key + key"),
)  # fmt: skip
"""Single changes of the functions, each of which some test of the boards must notice."""

_LUA_TESTS: Final = (
    "tests/integration/boards/test_marks.py", "tests/integration/boards/test_states.py",
    "tests/integration/boards/test_restate.py", "tests/integration/boards/test_great_players.py",
    "tests/integration/boards/test_expiry.py", "tests/integration/boards/test_totals.py",
    "tests/integration/boards/test_registry.py", "tests/integration/boards/test_every_board.py",
    "tests/integration/boards/test_every_generation.py",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the subjects that are named, or all. Returns how many mutants lived, at most 1."""
    parser = argparse.ArgumentParser(prog="./run mutants", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"{', '.join([*SUBJECTS, 'lua'])}; all of them")
    parser.add_argument("--keep", type=Path, default=Path(".state/mutants"), help="where the copy lies (%(default)s)")
    chosen = parser.parse_args(arguments)
    named = chosen.subjects or [*SUBJECTS, "lua"]
    unknown = set(named) - {*SUBJECTS, "lua"}
    if unknown:
        parser.error(f"unknown subjects: {', '.join(sorted(unknown))}")
    tree = copy_tree(Path.cwd(), chosen.keep.resolve())
    python = install(tree, os.environ)
    lived = 0
    for name in named:
        found = list(_lua(tree, python) if name == "lua" else _python(tree, python, name, SUBJECTS[name]))
        print(f"{name}: {len(found)} lived", flush=True)
        lived += len(found)
    return min(lived, 1)


def _pytest(python: Path, tests: Sequence[str]) -> list[str]:
    return [str(python), "-m", "pytest", "-n", "0", "-q", "-x", "-p", "no:cacheprovider", *tests]


def _python(tree: Path, python: Path, name: str, subject: Subject) -> Iterator[str]:
    """The mutants of a subject's modules that no test noticed, each as a line."""
    home = tree.parent / name
    home.mkdir(exist_ok=True)
    tool = _tool(tree.parent)
    config, session = home / "config.toml", home / "session.sqlite"
    session.unlink(missing_ok=True)
    config.write_text(_config(subject, _pytest(python, subject.tests)))
    commands: Sequence[Sequence[Path | str]] = (
        [tool / "cosmic-ray", "init", config, session],
        [tool / "cr-filter-operators", session, config],
        [tool / "cosmic-ray", "exec", config, session],
    )
    for command in commands:
        subprocess.run(command, cwd=tree, check=True)
    dumped = subprocess.run(
        [tool / "cosmic-ray", "dump", session], cwd=tree, check=True, capture_output=True, text=True
    )
    for line in dumped.stdout.splitlines():
        item, result = json.loads(line)
        if result is not None and result["test_outcome"] == "survived":
            yield from _told(item["mutations"])


def _told(mutations: Sequence[dict[str, Any]]) -> Iterator[str]:
    for each in mutations:
        words = f"{each['module_path']}:{each['start_pos'][0]} {each['operator_name']} {each['operator_args']}"
        print(f"  lived: {words}", flush=True)
        yield words


def _config(subject: Subject, command: Sequence[str]) -> str:
    return (
        "[cosmic-ray]\n"
        f"module-path = {json.dumps(list(subject.modules))}\n"
        f"timeout = {_TIMEOUT_SECONDS}\n"
        "excluded-modules = []\n"
        f"test-command = {json.dumps(' '.join(command))}\n"
        "[cosmic-ray.distributor]\n"
        'name = "local"\n'
        "[cosmic-ray.filters.operators-filter]\n"
        f"exclude-operators = {json.dumps([f'{prefix}.*' for prefix in _LEFT_OUT])}\n"
    )


def _tool(home: Path) -> Path:
    """The folder of the programs, in an environment of its own: nothing of it is needed elsewhere."""
    place = home / "tool"
    if not (place / "bin" / "cosmic-ray").exists():
        venv.create(place, with_pip=True)
        subprocess.run([place / "bin" / "pip", "install", "-q", _TOOL], check=True)
    return place / "bin"


def _lua(tree: Path, python: Path) -> Iterator[str]:
    for mutant in LUA:
        path = tree / _LUA / mutant.file
        source = path.read_text()
        if mutant.old not in source:
            raise SystemExit(f"{mutant.file} does not hold {mutant.old!r}: bring the list up to date")
        path.write_text(source.replace(mutant.old, mutant.new, 1))
        try:
            tried = subprocess.run(_pytest(python, _LUA_TESTS), cwd=tree, capture_output=True, check=False)
        finally:
            path.write_text(source)
        if tried.returncode == 0:
            words = f"{mutant.file}: {mutant.old.strip()!r} -> {mutant.new.strip()!r}"
            print(f"  lived: {words}", flush=True)
            yield words


if __name__ == "__main__":
    sys.exit(main())
