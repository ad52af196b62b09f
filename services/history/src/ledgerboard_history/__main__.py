"""The command line of history. It reads the environment once, and says which variables there are."""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from ledgerboard_history.bootstrap import build_jobs, build_worker
from ledgerboard_history.exchange.bootstrap import add_exchange_commands, add_exchange_jobs
from ledgerboard_history.jobs import EVERY
from ledgerboard_history.proof.bootstrap import add_proof_jobs, build_command
from ledgerboard_history.roles.bootstrap import provision
from ledgerboard_history.settings import JobsSettings, MigrateSettings, RolesSettings, Settings, hook_secrets
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.jobs import make_result_tables, run_beat, run_jobs
from ledgerboard_infra.logs import configure_logs, get_logger
from ledgerboard_infra.secrets import make_credentials
from ledgerboard_infra.settings import SettingsError, describe, from_env
from ledgerboard_infra.worker import run_worker
from ledgerboard_ledger import migrate

EXIT_UNAVAILABLE = 1
EXIT_MISCONFIGURED = 2
RECONCILE = "reconcile"

_log = get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: unavailable, not drained in time, or boards that differ; 2: misconfigured."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.command == RECONCILE:
            return _reconcile(os.environ, asked.boards)
        if asked.run is not None:
            return int(asked.run(os.environ, asked))
        return _COMMANDS[asked.command][1](os.environ)
    except (SettingsError, MisconfiguredError) as error:
        print(error, file=sys.stderr)
        return EXIT_MISCONFIGURED
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return EXIT_UNAVAILABLE


def _stream(environ: Mapping[str, str]) -> int:
    settings = from_env(Settings, environ)
    configure_logs(settings.telemetry, "history")
    return run_worker(*build_worker(settings))


def _jobs(environ: Mapping[str, str]) -> int:
    settings = from_env(JobsSettings, environ)
    configure_logs(settings.telemetry, "history-jobs")
    jobs = build_jobs(settings, hook_secrets(environ))
    add_proof_jobs(jobs.app, jobs.registry, settings)
    add_exchange_jobs(jobs.app, settings)
    with jobs.ops_server:
        return run_jobs(jobs.app)


def _beat(environ: Mapping[str, str]) -> int:
    """What is due daily is also sent at once, so a schedule that is forgotten at the end has nothing to remember."""
    settings = from_env(JobsSettings, environ)
    configure_logs(settings.telemetry, "history-beat")
    jobs = build_jobs(settings, hook_secrets(environ))
    add_proof_jobs(jobs.app, jobs.registry, settings)
    add_exchange_jobs(jobs.app, settings)
    with jobs.ops_server, tempfile.TemporaryDirectory(prefix="ledgerboard-beat-") as directory:
        for entry in jobs.app.conf.beat_schedule.values():
            if entry["schedule"] >= EVERY:
                jobs.app.send_task(entry["task"])
        run_beat(jobs.app, schedule_path=Path(directory) / "schedule")
    return 0


def _migrate(environ: Mapping[str, str]) -> int:
    settings = from_env(MigrateSettings, environ)
    configure_logs(settings.telemetry, "history-migrate")
    migrate(
        settings.postgres.writer_url,
        make_credentials(settings.secrets, settings.postgres.secret),
        beside=make_result_tables,
        service_role=settings.service_role,
    )
    _log.info("ledger migrated", service_role=settings.service_role)
    return 0


def _provision_database(environ: Mapping[str, str]) -> int:
    settings = from_env(RolesSettings, environ)
    configure_logs(settings.telemetry, "history-provision-database")
    provision(settings)
    _log.info("roles provisioned", owner=settings.owner, service_role=settings.service)
    return 0


def _reconcile(environ: Mapping[str, str], boards: Sequence[str]) -> int:
    """A line for each board and each difference."""
    return build_command(from_env(JobsSettings, environ), partial(print, flush=True)).run(boards)


_COMMANDS = {
    "stream": ("append facts and rejections to the ledger until told to stop", _stream),
    "jobs": ("work on the jobs until told to stop", _jobs),
    "beat": ("send each job when it is due, until told to stop; run exactly one", _beat),
    "migrate": ("bring the database to this release's schema, then exit", _migrate),
    "provision-database": (
        "make the roles of the owner and of the services, and give the owner the database, then exit",
        _provision_database,
    ),
}
_OWN_SETTINGS = {"migrate": MigrateSettings, "provision-database": RolesSettings}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledgerboard-history",
        description="Keeps the ledger: facts and rejections, each recorded once.",
        epilog=f"environment:\n{describe(Settings)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (meaning, _) in _COMMANDS.items():
        told = f"environment:\n{describe(_OWN_SETTINGS[name])}" if name in _OWN_SETTINGS else None
        raw = argparse.RawDescriptionHelpFormatter
        commands.add_parser(name, help=meaning, description=meaning, epilog=told, formatter_class=raw)
    meaning = "compare boards with the ledger and print every difference; exits with 1 if there is one"
    reconcile = commands.add_parser(RECONCILE, help=meaning, description=meaning)
    reconcile.add_argument("boards", nargs="*", metavar="BOARD", help="only these; without any, all boards")
    add_exchange_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
