"""The gateway's command line: ``ledgerboard-gateway serve``."""

import argparse
import os
import sys
from collections.abc import Sequence

from ledgerboard_gateway.server import SERVICE, serve
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.logs import configure_logs
from ledgerboard_infra.settings import SettingsError, describe, from_env


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 drained, 1 failed, 2 wrongly called or set."""
    _parser().parse_args(arguments)
    try:
        settings = from_env(GatewaySettings, os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logs(settings.telemetry, SERVICE)
    serve(settings)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledgerboard-gateway",
        description="Accepts submissions onto the queue and answers from the live boards and the ledger.",
        epilog="Environment:\n" + describe(GatewaySettings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["serve"], help="serve: answer HTTP until SIGTERM.")
    return parser


if __name__ == "__main__":
    sys.exit(main())
