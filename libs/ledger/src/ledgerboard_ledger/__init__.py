"""The PostgreSQL model of the ledger, and nothing else knows it: tables, queries, migrations."""

from ledgerboard_ledger.current import CurrentDefinitions
from ledgerboard_ledger.definitions import PostgresDefinitions, ProjectionConflictError
from ledgerboard_ledger.migrate import check_schema, migrate
from ledgerboard_ledger.months import Month
from ledgerboard_ledger.partitions import Partitions
from ledgerboard_ledger.reader import LedgerReader
from ledgerboard_ledger.records import AppendResult, Play, Recorded, Rejected, UnstorableError
from ledgerboard_ledger.versions import CachedVersions
from ledgerboard_ledger.writer import LedgerWriter

__all__ = [
    "AppendResult",
    "CachedVersions",
    "CurrentDefinitions",
    "LedgerReader",
    "LedgerWriter",
    "Month",
    "Partitions",
    "Play",
    "PostgresDefinitions",
    "ProjectionConflictError",
    "Recorded",
    "Rejected",
    "UnstorableError",
    "check_schema",
    "migrate",
]
