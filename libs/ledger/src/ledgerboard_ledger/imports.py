"""Take over definitions from elsewhere under their own numbers, and tell which corrections are known already.

Facts and corrections go in by the ledger's own way; their ids make a repetition harmless.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_contracts import BoardOptions, Correction
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.exports import RecordedVersion
from ledgerboard_ledger.inserts import storage_errors
from ledgerboard_ledger.rebuild_requests import HeldRebuilds
from ledgerboard_ledger.repair_tables import corrections
from ledgerboard_ledger.tables import board_versions, boards, facts


class OtherVersionError(ValueError):
    """The ledger has another definition under the same number. A version never changes."""


class LedgerImport:
    """What an import needs beside the writer. Raises `UnavailableError` when PostgreSQL is down.

    Each transaction asks for the rebuilds of the boards to which it brought something.
    """

    def __init__(self, engine: Engine, rebuilds: HeldRebuilds) -> None:
        self._engine = engine
        self._rebuilds = rebuilds

    def define(self, version: RecordedVersion) -> bool:
        """Keep one version. Whether it is new; raises `OtherVersionError` where another has its number."""
        made = version.definition
        key = {"board": made.board, "version": made.version}
        values = key | {"options": msgspec.to_builtins(made.options), "created_at": version.created_at}
        known = select(board_versions.c.options).filter_by(**key)
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(insert(boards).values(board=made.board).on_conflict_do_nothing())
            added = insert(board_versions).values(values).on_conflict_do_nothing().returning(board_versions.c.version)
            if connection.execute(added).first() is not None:
                self._rebuilds.ask(connection, [made.board])
                return True
            if msgspec.convert(connection.execute(known).scalar_one(), BoardOptions) != made.options:
                raise OtherVersionError(f"board {made.board} has another version {made.version}")
            return False

    def keep_erasure(self, correction: Correction) -> None:
        """Keep an erasure as it is, under the name that it gave, which the facts of the export have too.

        It tells nobody's old name, so it cannot tell a fact that comes late here from another's.
        """
        names = ("correction_id", "occurred_at", "reason", "author", "player")
        values = {name: getattr(correction, name) for name in names} | {"kind": correction.kind.value}
        played = select(facts.c.board).where(facts.c.player == correction.player).distinct()
        with storage_errors(), postgres_errors(), self._engine.begin() as connection:
            connection.execute(insert(corrections).values(values).on_conflict_do_nothing())
            self._rebuilds.ask(connection, connection.execute(played).scalars())

    def known_corrections(self, ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those of the corrections that the ledger has."""
        wanted = select(corrections.c.correction_id).where(corrections.c.correction_id.in_(list(ids)))
        with postgres_errors(), self._engine.connect() as connection:
            return frozenset(connection.execute(wanted).scalars())
