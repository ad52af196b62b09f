"""The ranker's command line: ``ledgerboard-ranker stream`` and ``ledgerboard-ranker rebuild``."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import configure_logs, get_logger
from ledgerboard_infra.settings import SettingsError, describe, from_env
from ledgerboard_infra.worker import run_worker
from ledgerboard_ranker.bootstrap import SERVICE, make_worker
from ledgerboard_ranker.rebuilder.bootstrap import REBUILDER, make_rebuilder
from ledgerboard_ranker.settings import RebuilderSettings, Settings

_log = get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 drained, 1 failed, 2 wrongly called or set."""
    command = _parser().parse_args(arguments).command
    try:
        return _COMMANDS[command][1](os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except (UnavailableError, MisconfiguredError) as error:
        _log.critical("worker not started", error=str(error))
        return 1


def _stream(environ: Mapping[str, str]) -> int:
    settings = from_env(Settings, environ)
    configure_logs(settings.telemetry, SERVICE)
    worker = make_worker(settings)
    with worker.owed_notes:
        return run_worker(worker.runtime, worker.ops_server)


def _rebuild(environ: Mapping[str, str]) -> int:
    settings = from_env(RebuilderSettings, environ)
    configure_logs(settings.telemetry, REBUILDER)
    return run_worker(*make_rebuilder(settings))


_COMMANDS = {
    "stream": ("consume the queue 'rank' until SIGTERM", _stream),
    "rebuild": ("build generations of boards that are asked for or lost, until SIGTERM; run any number", _rebuild),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledgerboard-ranker",
        description="Folds facts into the live boards.",
        epilog=f"Of stream:\n{describe(Settings)}\n\nOf rebuild:\n{describe(RebuilderSettings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (meaning, _) in _COMMANDS.items():
        commands.add_parser(name, help=meaning, description=meaning)
    return parser


if __name__ == "__main__":
    sys.exit(main())
