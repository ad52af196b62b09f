"""The gateway's command line: ``ledgerboard-gateway serve`` and ``ledgerboard-gateway provision-identity``."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from ledgerboard_gateway.identity_settings import ProvisionSettings
from ledgerboard_gateway.server import SERVICE, serve
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import configure_logs, get_logger
from ledgerboard_infra.settings import SettingsError, describe, from_env

_COMMANDS: Final = {
    "serve": "answer HTTP until SIGTERM",
    "provision-identity": "make the user pool with its client and groups where they are missing, then exit",
}

_log = get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 drained or done, 1 failed, 2 wrongly called or set."""
    command = _parser().parse_args(arguments).command
    try:
        return _provision(os.environ) if command == "provision-identity" else _serve(os.environ)
    except (SettingsError, MisconfiguredError) as error:
        print(error, file=sys.stderr)
        return 2
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 1


def _serve(environ: Mapping[str, str]) -> int:
    settings = from_env(GatewaySettings, environ)
    configure_logs(settings.telemetry, SERVICE)
    serve(settings)
    return 0


def _provision(environ: Mapping[str, str]) -> int:
    """Neither id that it tells of is a secret: both are in every token. Who serves does without what this imports."""
    from ledgerboard_gateway.provisioning.bootstrap import provision_identity  # noqa: PLC0415 -- see above.

    settings = from_env(ProvisionSettings, environ)
    configure_logs(settings.telemetry, SERVICE)
    pool = provision_identity(settings)
    _log.info("user pool provisioned", pool_id=pool.pool_id, client_id=pool.client_id)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledgerboard-gateway",
        description="Accepts submissions onto the queue and answers from the live boards and the ledger.",
        epilog="Environment:\n" + describe(GatewaySettings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command", choices=[*_COMMANDS], help="; ".join(f"{name}: {what}" for name, what in _COMMANDS.items())
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
