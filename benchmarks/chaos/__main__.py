"""``./run chaos``: boards are played while everything breaks, and then the proof.

A plan of faults is made from the seed. After each round the world comes to rest, and every view of every board is
compared with the ledger, by a program of its own. Exit code 0 if and only if the run was exact.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.chaos.beside import check_out
from benchmarks.chaos.boards import make_boards
from benchmarks.chaos.disk import Disk
from benchmarks.chaos.faults.registry import ALL, Allowed, UnknownKindError, aimed, described, named, targets_of
from benchmarks.chaos.plan import Plan, make_faults, read_plan
from benchmarks.chaos.run import Outcome, Patience, Run
from benchmarks.chaos.shrinking import Shrinker, up_to
from benchmarks.chaos.world import WorldOptions, stack_names
from ledgerboard_dev.embedded import EmbeddedSqs
from ledgerboard_dev.signals import StopRequestedError, stop_on_signals

_STOPPED: Final = 130
_WRONGLY_CALLED: Final = 2
_HELP: Final = "help"
_KINDS: Final = (
    "kinds of faults, with commas between, each with a pattern of what it is aimed at if wanted: "
    "kill,slow@ranker*/postgres; 'help' lists them. By default all that can happen here"
)
_PLAN: Final = "plan.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it. Returns 0 if it was exact, 1 if not, 2 if it was wrongly called, 130 if it was stopped."""
    chosen = _parser().parse_args(arguments)
    if chosen.kinds == _HELP:
        print(described())
        return 0
    stop_on_signals()
    os.environ.update(EmbeddedSqs.environment)  # boto3 reads its credentials from here.
    try:
        with ExitStack() as owned:
            place = chosen.keep or Path(owned.enter_context(tempfile.TemporaryDirectory(prefix="ledgerboard-chaos-")))
            disk = Disk(place / "servers" / "postgres")
            owned.callback(disk.unmount)
            return _run(place, disk, chosen)
    except UnknownKindError as error:
        print(error, file=sys.stderr)
        return _WRONGLY_CALLED
    except StopRequestedError:
        return _STOPPED


def _run(folder: Path, disk: Disk, chosen: argparse.Namespace) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    patterns = named(chosen.kinds) if chosen.kinds else {}
    may_mount = (not patterns or "disk-full" in patterns) and disk.mount()
    plan = read_plan(chosen.plan) if chosen.plan else _plan(chosen, patterns, Allowed(may_mount, chosen.cluster))
    plan.write(folder / _PLAN)
    if chosen.print_plan:
        print((folder / _PLAN).read_text())
        return 0
    options = WorldOptions(
        seed=plan.seed,
        replicas=plan.replicas,
        archiving=any(fault.kind == "archive" for fault in plan.faults),
        cluster=chosen.cluster,
        beside=check_out(chosen.beside, folder / "beside") if chosen.beside else None,
    )
    patience = Patience(quiet_seconds=chosen.settle, wrong_seconds=chosen.patience)
    outcome = Run(plan, folder, options, disk, patience).play()
    print(outcome.words, flush=True)
    if not outcome.exact:
        _tell_failure(plan, outcome, folder, chosen)
    return 0 if outcome.exact else 1


def _plan(chosen: argparse.Namespace, patterns: Mapping[str, str], allowed: Allowed) -> Plan:
    """The plan of the chosen kinds, which are all that can happen here by default."""
    usual = [kind for kind in ALL.values() if not allowed.lacks(kind, is_named=False)]
    kinds = [ALL[name] for name in patterns] or usual
    missing = {kind.name: kind.needs for kind in kinds if allowed.lacks(kind, is_named=True)}
    if missing:
        print(f"left out, for what they need: {missing}", flush=True)
    seconds = chosen.hours * 3600 if chosen.hours else chosen.minutes * 60
    plan = Plan(
        seed=chosen.seed,
        seconds=seconds,
        round_seconds=min(chosen.check_every, seconds),
        rate=chosen.rate,
        replicas=chosen.replicas,
    )
    services = stack_names(chosen.replicas, with_beside=bool(chosen.beside))
    boards = make_boards(datetime.now(UTC))
    kinds = [kind for kind in kinds if kind.name not in missing]
    return make_faults(plan, kinds, usual, aimed(targets_of(kinds, services, boards), patterns))


def _tell_failure(plan: Plan, outcome: Outcome, folder: Path, chosen: argparse.Namespace) -> None:
    """What it takes to see it again, on one's own screen as long as the folder is not kept."""
    failed = up_to(plan, outcome.seconds)
    kept = Path(tempfile.gettempdir()) / f"chaos-plan-seed-{plan.seed}.json"
    failed.write(kept)
    print(f"seed {plan.seed}, not exact after {outcome.seconds:.0f} s and {len(failed.faults):,} faults; plan: {kept}")
    if chosen.shrink:
        words = [*(["--cluster"] if chosen.cluster else []), *(["--beside", chosen.beside] if chosen.beside else [])]
        short = Shrinker(failed, folder / "shrinking", words, chosen.shrink * 60).shrink()
        short.write(kept)
        print(f"the shortest list of faults that still fails, also in {kept}:")
        for fault in short.faults:
            print(f"  {asdict(fault)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long everything breaks (%(default)s)")
    parser.add_argument("--hours", type=float, default=0.0, help="the same in hours")
    parser.add_argument("--seed", type=int, default=1, help="what breaks when, and who plays what (%(default)s)")
    parser.add_argument("--rate", type=float, default=300.0, help="scores a second (%(default)s)")
    parser.add_argument("--replicas", type=int, default=2, help="processes of each service (%(default)s)")
    parser.add_argument("--kinds", help=_KINDS)
    parser.add_argument(
        "--check-every", type=float, default=150.0, metavar="SECONDS", help="how long a round is (%(default)s)"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where data, logs and history are to stay")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="play a plan that was kept, instead of a new one")
    parser.add_argument("--print-plan", action="store_true", help="print the plan, and do nothing")
    parser.add_argument(
        "--shrink", type=float, default=0.0, metavar="MINUTES", help="look for the shortest plan that fails so long"
    )
    parser.add_argument("--cluster", action="store_true", help="boards on a cluster of three primaries")
    parser.add_argument("--beside", metavar="REF", help="services of that commit stand beside the present ones")
    parser.add_argument(
        "--settle", type=float, default=400.0, metavar="SECONDS", help="how long to wait for quiet (%(default)s)"
    )
    parser.add_argument(
        "--patience", type=float, default=120.0, metavar="SECONDS",
        help="how long a board may be wrong before it counts (%(default)s)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
