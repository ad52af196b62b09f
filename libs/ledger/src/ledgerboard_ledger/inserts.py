"""The two statements that write the ledger.

A batch goes as one array a column and is unnested over there: one round trip, and as fast as COPY into a staging table,
without the table. Known events fall to ON CONFLICT DO NOTHING.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledgerboard_ledger.records import UnstorableError
from ledgerboard_ledger.rows import FACT_COLUMNS, REJECTION_COLUMNS, FactRow, RejectionRow, Rows

_CORRELATION_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_MOST_IDS: Final = 8

_UNSTORABLE_CLASSES: Final = frozenset({"22", "23", "54"})
"""Data exception, integrity violation, limit exceeded: PostgreSQL, appendix A."""


class MissingPartitionError(Exception):
    """A row has no partition to go to."""


def insert_facts(connection: Connection, rows: Iterable[FactRow], words: str) -> int:
    """Insert what is new and return how many that were."""
    return _insert(connection, _FACTS, list(rows), words)


def boards_of_new(connection: Connection, rows: Iterable[FactRow]) -> Sequence[str]:
    """The boards of those among the facts that this transaction inserted."""
    asked = ([row[0] for row in rows],)
    return list(connection.exec_driver_sql(_NEW, asked).scalars()) if asked[0] else []


def insert_rejections(connection: Connection, rows: Iterable[RejectionRow], words: str) -> int:
    """Insert what is new and return how many that were."""
    return _insert(connection, _REJECTIONS, list(rows), words)


def comment(correlation_ids: Iterable[str]) -> str:
    """An SQL comment that names the first ids. One that could end the comment, or is no id, is left out."""
    distinct = dict.fromkeys(correlation_ids)
    sound = [each for each in distinct if _CORRELATION_ID.match(each)][:_MOST_IDS]
    return f"/* correlation_id={','.join(sound)} */ " if sound else ""


@contextmanager
def storage_errors() -> Iterator[None]:
    """Tell what PostgreSQL will never take (`UnstorableError`) from a partition that is missing."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        if isinstance(cause, psycopg.errors.CheckViolation) and cause.diag.constraint_name is None:
            raise MissingPartitionError from error
        if isinstance(cause, psycopg.Error) and _is_unstorable(cause):
            raise UnstorableError(str(cause).partition("\n")[0]) from error
        raise
    except UnicodeEncodeError as error:
        raise UnstorableError(f"text that is not UTF-8: {error.reason}") from error


def _is_unstorable(error: psycopg.Error) -> bool:
    """Without a state, the driver itself refused to send the value."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in _UNSTORABLE_CLASSES


def _insert(connection: Connection, statement: str, rows: Rows, words: str) -> int:
    if not rows:
        return 0
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    return connection.exec_driver_sql(words + statement, columns).rowcount


def _statement(table: str, columns: Mapping[str, str], casts: Mapping[str, str]) -> str:
    """``%b`` sends an array in PostgreSQL's binary form."""
    names = ", ".join(columns)
    values = ", ".join(f"{name}::{casts[name]}" if name in casts else name for name in columns)
    arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM unnest({arrays}) AS batch ({names})"  # noqa: S608 -- constants
        " ON CONFLICT DO NOTHING"
    )


_FACTS: Final = _statement("facts", FACT_COLUMNS, {"attributes": "jsonb"})
_REJECTIONS: Final = _statement("rejections", REJECTION_COLUMNS, {})
_NEW: Final = """
    SELECT DISTINCT board FROM facts
    WHERE event_id = ANY(%b::uuid[]) AND recorded_xid = pg_current_xact_id_if_assigned()
"""
