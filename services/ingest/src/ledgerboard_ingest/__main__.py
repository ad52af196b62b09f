"""The command line of ingest. It reads the environment once, and says which variables there are."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import configure_logs, get_logger
from ledgerboard_infra.settings import SettingsError, describe, from_env
from ledgerboard_infra.worker import run_worker
from ledgerboard_ingest.bootstrap import make_queues, worker
from ledgerboard_ingest.settings import ProvisionSettings, Settings

EXIT_UNAVAILABLE = 1
EXIT_MISCONFIGURED = 2

_HINT = (
    "LEDGERBOARD_SQS_ENDPOINT_URL must lead to SQS, and LEDGERBOARD_STAGE to a stage whose queues were made: "
    "ledgerboard-ingest provision"
)

_COMMANDS = {
    "stream": "judge submissions until told to stop",
    "provision": "make every queue of the stage with its dead-letter queue, then exit",
}

_log = get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: a dependency is unavailable or the drain took too long; 2: misconfigured."""
    command = _parser().parse_args(arguments).command
    try:
        return _provision(os.environ) if command == "provision" else _stream(os.environ)
    except (SettingsError, MisconfiguredError) as error:
        print(error, file=sys.stderr)
        return EXIT_MISCONFIGURED
    except UnavailableError as error:
        print(f"{error}\n{_HINT}", file=sys.stderr)
        return EXIT_UNAVAILABLE


def _stream(environ: Mapping[str, str]) -> int:
    settings = from_env(Settings, environ)
    configure_logs(settings.telemetry, "ingest")
    with worker(settings) as (runtime, ops_server):
        return run_worker(runtime, ops_server)


def _provision(environ: Mapping[str, str]) -> int:
    settings = from_env(ProvisionSettings, environ)
    configure_logs(settings.telemetry, "ingest")
    make_queues(settings)
    _log.info("queues provisioned", stage=settings.stage)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledgerboard-ingest",
        description="Judges submissions: facts go to rank and history, rejections to history.",
        epilog=f"environment:\n{describe(Settings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, meaning in _COMMANDS.items():
        commands.add_parser(name, help=meaning, description=meaning)
    return parser


if __name__ == "__main__":
    sys.exit(main())
