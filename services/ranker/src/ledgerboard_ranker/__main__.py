"""The ranker's command line: ``ledgerboard-ranker stream``."""

import argparse
import os
import sys
from collections.abc import Sequence

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import configure_logs, get_logger
from ledgerboard_infra.settings import SettingsError, describe, from_env
from ledgerboard_infra.worker import run_worker
from ledgerboard_ranker.bootstrap import SERVICE, make_worker
from ledgerboard_ranker.settings import Settings

_log = get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 drained, 1 failed, 2 wrongly called or set."""
    _parser().parse_args(arguments)
    try:
        settings = from_env(Settings, os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logs(settings.telemetry, SERVICE)
    try:
        worker = make_worker(settings)
        return run_worker(worker.runtime, worker.ops_server)
    except (UnavailableError, MisconfiguredError) as error:
        _log.critical("worker not started", error=str(error))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledgerboard-ranker",
        description="Folds facts into the live boards.",
        epilog="Environment:\n" + describe(Settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["stream"], help="stream: consume the queue 'rank' until SIGTERM.")
    return parser


if __name__ == "__main__":
    sys.exit(main())
