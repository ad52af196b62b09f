"""The command line behind ``./run``. State lives in ``.state`` of the working directory unless told otherwise."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ledgerboard_dev.binaries import MissingServerError
from ledgerboard_dev.checks import check
from ledgerboard_dev.demo import Season, demo
from ledgerboard_dev.identity import NoIdentityError
from ledgerboard_dev.launcher import down, hold, up
from ledgerboard_dev.processes import ChildDiedError
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.state import HeldError, State

_TOLD = (ChildDiedError, HeldError, MissingServerError, NoIdentityError, PermissionError, TimeoutError)
"""Failures whose message says what a person needs; a traceback would only hide it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        return _run(chosen)
    except _TOLD as error:
        print(f"run: {error}", file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace) -> int:
    state, settings = State(chosen.state), DevSettings.from_env(os.environ)
    match chosen.command:
        case "demo":
            season = Season(seconds=chosen.seconds, rate=chosen.rate, players=chosen.players, once=chosen.once)
            return demo(state, settings, season)
        case "up":
            return up(state)
        case "hold":
            return hold(state, settings)
        case "down":
            return down(state, purge=chosen.purge)
        case _:
            return check(settings.advisories)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run", description="Ledgerboard on this machine.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", type=Path, default=Path(".state"), help="where data, logs and keys are kept")
    commands = parser.add_subparsers(dest="command", required=True)
    playing = commands.add_parser("demo", parents=[common], help="everything, with a season of generated players")
    playing.add_argument("--seconds", type=_positive, default=60.0, help="how long the season lasts (60)")
    playing.add_argument("--rate", type=_positive, default=200.0, help="scores a second (200)")
    playing.add_argument("--players", type=int, default=400, help="how many players (400)")
    playing.add_argument("--once", action="store_true", help="end after the season; fail if it was not exact")
    commands.add_parser("up", parents=[common], help="the same servers and services, in the background")
    commands.add_parser("hold", parents=[common], help="what up starts")
    stopping = commands.add_parser("down", parents=[common], help="stop them")
    stopping.add_argument("--purge", action="store_true", help="also remove everything that was stored")
    commands.add_parser("check", parents=[common], help="every gate, then the tests")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
