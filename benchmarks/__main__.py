"""Run the benchmarks on a stack of their own: ``./run bench [NAME ...]``.

Each figure is printed beside its floor, measured in the same run. Nothing here is a test: a slow machine fails nothing.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.authenticated import authenticated
from benchmarks.big_board import MILLION, board
from benchmarks.envelopes import envelopes
from benchmarks.figures import Figure, show
from benchmarks.healing import heal
from benchmarks.http_figures import bulk, rank, submit, top
from benchmarks.reads_cost import reads_cost
from benchmarks.rebuild import FACTS, rebuild
from benchmarks.visible import visible
from benchmarks.workers import history, ranker
from ledgerboard_dev.embedded import EmbeddedSqs
from ledgerboard_dev.stack import Stack, StackOptions

Benchmark = Callable[[Stack], Figure | list[Figure]]

BENCHMARKS: dict[str, Benchmark] = {
    "submit": submit,
    "authenticated": authenticated,
    "bulk": bulk,
    "ranker": ranker,
    "history": history,
    "top": top,
    "rank": rank,
    "visible": visible,
    "envelopes": envelopes,
    "board": board,
    "rebuild": rebuild,
    "heal": heal,
    "reads-cost": reads_cost,
}


UNLIMITED = StackOptions(environment={"LEDGERBOARD_READ_RATE": "0"})
"""One address reads as much as all of its clients would."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was named, or everything."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--players", type=int, default=MILLION, help="of the benchmark 'board' (default: %(default)s)")
    parser.add_argument("--facts", type=int, help=f"of 'rebuild' and 'heal' (default: {FACTS} and {MILLION})")
    options = parser.parse_args(arguments)
    names = options.names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    benchmarks: dict[str, Benchmark] = {
        **BENCHMARKS,
        "board": partial(board, players=options.players),
        "rebuild": partial(rebuild, facts=options.facts or FACTS),
        "heal": partial(heal, facts=options.facts or MILLION),
    }
    os.environ.update(EmbeddedSqs.environment)  # boto3 reads its credentials from here.
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="ledgerboard-bench-") as home, Stack(Path(home), UNLIMITED) as stack:
        for name in names:
            print(f"measuring {name} ...", flush=True)
            measured = benchmarks[name](stack)
            figures += measured if isinstance(measured, list) else [measured]
    show(figures)


if __name__ == "__main__":
    main()
