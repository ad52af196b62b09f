"""The operator's command line: ``ledgerboard boards|rebuild|reconcile|corrections|dlq|reviews|keys|audit``."""

import os
import sys
from collections.abc import Sequence

from ledgerboard_cli.arguments import parser
from ledgerboard_cli.board_files import BoardFileError
from ledgerboard_cli.bootstrap import make_gateway
from ledgerboard_cli.commands import run
from ledgerboard_cli.settings import Settings, WriteKeyError
from ledgerboard_cli.transport import GatewayError
from ledgerboard_infra.settings import SettingsError, from_env


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        return run(options, make_gateway(from_env(Settings, os.environ)))
    except (SettingsError, WriteKeyError, BoardFileError) as error:
        print(error, file=sys.stderr)
        return 2
    except GatewayError as error:
        print(f"the gateway: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nwhat was asked for goes on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
