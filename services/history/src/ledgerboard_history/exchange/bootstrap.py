"""Turn settings into what takes the ledger elsewhere."""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledgerboard_history.exchange.archiving import ArchiveMonths
from ledgerboard_history.exchange.command import export, look_at, take_in
from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_history.exchange.importing import ImportLedger
from ledgerboard_history.exchange.jobs import ExchangeJobs, register_exchange_jobs
from ledgerboard_history.exchange.shipping import ShipExport
from ledgerboard_history.jobs import TIME_LIMIT_SECONDS
from ledgerboard_history.settings import ExchangeSettings, JobsSettings, LedgerSettings
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.s3 import S3Objects, s3_client
from ledgerboard_infra.secrets import make_credentials
from ledgerboard_infra.settings import from_env
from ledgerboard_ledger import Archives, HeldRebuilds, LedgerExport, LedgerImport, LedgerWriter

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledgerboard_infra.jobs import JobApp


def add_exchange_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Give the command line ``export``, ``import`` and ``verify``."""
    meaning = "write a board, or with --all the whole ledger, to a file: gzip of JSON lines"
    exporting = commands.add_parser("export", help=meaning, description=meaning)
    what = exporting.add_mutually_exclusive_group(required=True)
    what.add_argument("board", nargs="?", metavar="BOARD", help="only this board")
    what.add_argument("--all", action="store_true", help="everything")
    exporting.add_argument("file", type=Path, metavar="FILE", help="where to")
    exporting.set_defaults(run=_export)
    meaning = "read such a file into the ledger; twice does no harm; exits with 1 if lines are of no use or missing"
    importing = commands.add_parser("import", help=meaning, description=meaning)
    importing.add_argument("file", type=Path, metavar="FILE", help="where from")
    importing.set_defaults(run=_import)
    meaning = "read such a file and say whether it is whole, without an import; exits with 1 if it is not"
    verifying = commands.add_parser("verify", help=meaning, description=meaning)
    verifying.add_argument("file", type=Path, metavar="FILE", help="which file")
    verifying.set_defaults(run=_verify)


def add_exchange_jobs(app: "JobApp", settings: JobsSettings) -> None:
    """Give the jobs' process the jobs of this package."""
    register_exchange_jobs(app, partial(_jobs, settings))


def _export(environ: Mapping[str, str], asked: argparse.Namespace) -> int:
    settings = from_env(ExchangeSettings, environ)
    use = ExportLedger(
        LedgerExport(_engine(settings, settings.postgres.reading_url, settings.postgres.reading_secret)), SystemClock()
    )
    return export(use, asked.board, asked.file, partial(print, flush=True))


def _import(environ: Mapping[str, str], asked: argparse.Namespace) -> int:
    engine = _writer(from_env(ExchangeSettings, environ))
    rebuilds = HeldRebuilds(engine)
    use = ImportLedger(LedgerWriter(engine, rebuilds), LedgerImport(engine, rebuilds), rebuilds)
    return take_in(use, asked.file, partial(print, flush=True))


def _verify(_environ: Mapping[str, str], asked: argparse.Namespace) -> int:
    return look_at(asked.file, partial(print, flush=True))


def _jobs(settings: JobsSettings) -> ExchangeJobs:
    exchange = settings.exchange
    if not exchange.bucket:
        return ExchangeJobs(ship=None, archive=None)
    engine, clock = _writer(settings), SystemClock()
    use = ExportLedger(LedgerExport(engine), clock)
    objects = S3Objects(s3_client(settings.aws, exchange.s3_endpoint_url), exchange.bucket)
    archive: Any = None
    if exchange.keep_months:
        archive = ArchiveMonths(
            use,
            Archives(engine),
            objects,
            clock,
            keep_months=exchange.keep_months,
            prefix=exchange.prefix,
        )
    return ExchangeJobs(ship=ShipExport(use, objects, clock, prefix=exchange.prefix), archive=archive)


def _writer(settings: LedgerSettings) -> "Engine":
    return _engine(settings, settings.postgres.writer_url, settings.postgres.secret)


def _engine(settings: LedgerSettings, url: str, secret: str) -> "Engine":
    return make_engine(
        url,
        application_name="ledgerboard-history",
        pool_size=4,
        credentials=make_credentials(settings.secrets, secret),
        statement_timeout_seconds=TIME_LIMIT_SECONDS,
    )
