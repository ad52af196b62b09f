"""The operator's command line: ``ledgerboard boards apply FILE``."""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ledgerboard_cli.board_changes import BoardChanges
from ledgerboard_cli.board_files import BoardFileError, read_boards
from ledgerboard_cli.bootstrap import make_gateway
from ledgerboard_cli.gateway import GatewayError
from ledgerboard_cli.settings import Settings, WriteKeyError
from ledgerboard_infra.settings import SettingsError, describe, from_env

EXIT_CODES = """\
Exit code:
  0  done: the boards are as the file says
  1  the gateway failed or refused; what was reported as applied stays, and applying again does the rest
  2  wrongly called, wrongly set, or the file is wrong
  3  conflict: nothing was applied, because plays of a board that exists would rank otherwise
  4  nothing was applied, because nobody agreed to the plan
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        gateway = make_gateway(from_env(Settings, os.environ))
        changes = BoardChanges(gateway, print, partial(_agree, yes=options.yes))
        return changes.apply(read_boards(options.file))
    except (SettingsError, WriteKeyError, BoardFileError) as error:
        print(error, file=sys.stderr)
        return 2
    except GatewayError as error:
        print(f"the gateway: {error}", file=sys.stderr)
        return 1


def _agree(*, yes: bool) -> bool:
    """Whether the operator wants it. Where no person can answer, silence is no consent."""
    if yes or not sys.stdin.isatty():
        return yes
    return input("apply? [y/N] ").strip().lower() in {"y", "yes"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ledgerboard", description="Operate Ledgerboard.")
    boards = parser.add_subparsers(dest="subject", required=True).add_parser("boards", help="definitions of boards")
    apply = boards.add_subparsers(dest="command", required=True).add_parser(
        "apply",
        help="make boards as a file defines them",
        description="Show what differs between the file and the gateway's boards, then make the boards as the file "
        "says. Boards that the file does not name are left alone.",
        epilog=f"{EXIT_CODES}\nEnvironment:\n{describe(Settings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    apply.add_argument("file", type=Path, metavar="FILE", help="TOML, or JSON if it is called *.json")
    apply.add_argument("--yes", action="store_true", help="do not ask; without it and without a terminal: plan only")
    return parser


if __name__ == "__main__":
    sys.exit(main())
