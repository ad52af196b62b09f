"""Record corrections, and say whose standings they change.

A correction has its own id, so recording it again changes nothing; and what corrections of a player come to is the
newest of each sort by that id, whatever the order in which they arrive.
"""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_contracts import Correction, CorrectionKind, Restatement
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.erasures import Erasures, without_name
from ledgerboard_ledger.generation_rows import is_projected, lock_board, request_row
from ledgerboard_ledger.inserts import storage_errors
from ledgerboard_ledger.rebuild_requests import HeldRebuilds
from ledgerboard_ledger.repair_tables import corrections
from ledgerboard_ledger.snapshots import Snapshots

_COLUMNS: Final = ("correction_id", "occurred_at", "reason", "author", "board", "player", "event_id")
_EVERY_BOARD: Final = ""

_NAME_AFTER: Final = text("""
    SELECT player FROM corrections
    WHERE kind = 'erase' AND veil = veil(:player) AND correction_id > :correction_id ORDER BY correction_id DESC LIMIT 1
""")
_SUM_UP: Final = text("""
    INSERT INTO corrected AS known (player, board, correction_id, ban_id, unban_id)
    VALUES (:player, :board, :correction_id, :ban_id, :unban_id)
    ON CONFLICT (player, board) DO UPDATE SET
        correction_id = greatest(known.correction_id, excluded.correction_id),
        ban_id = greatest(known.ban_id, excluded.ban_id),
        unban_id = greatest(known.unban_id, excluded.unban_id)
""")
_DELETE_BOARD: Final = text("""
    UPDATE boards SET deleted_version = greatest(deleted_version, (
        SELECT max(version) FROM board_versions WHERE board = :board AND created_at <= :occurred_at
    )) WHERE board = :board
""")
_BOARDS: Final = text("""
    SELECT DISTINCT board FROM facts WHERE player = ANY (ARRAY(
        SELECT CAST(:player AS text) UNION ALL
        SELECT player FROM corrections WHERE kind = 'erase' AND veil = veil(:player)
    )) ORDER BY board
""")
"""As an array, which an index finds: with OR, each ban would read the whole ledger."""
_VEIL: Final = text("SELECT veil(:player)")


class PostgresCorrections:
    """The record of corrections. Thread-safe, safe to repeat.

    Raises `UnstorableError` for words that PostgreSQL will never take, `UnavailableError` when it is down.
    """

    def __init__(
        self, engine: Engine, snapshots: Snapshots | None = None, *, rebuilds: HeldRebuilds | None = None
    ) -> None:
        self._engine = engine
        self._rebuilds = rebuilds
        self._erasures = Erasures(engine, snapshots or Snapshots(engine))

    def correct(self, wanted: Sequence[Correction]) -> Sequence[Restatement]:
        """Record all of it and return the standings that are to be drawn again, of repeated corrections too.

        A reset and a deletion ask for the rebuild of their board in the same transaction, once. With ``rebuilds`` all
        corrections do, of every board whose standings they change.
        """
        in_order = sorted(wanted, key=lambda each: each.correction_id)
        with storage_errors(), postgres_errors():
            with self._engine.begin() as connection:
                for each in in_order:
                    if _record(connection, each):
                        self._ask(connection, each)
            for each in in_order:
                if each.kind is CorrectionKind.ERASE:
                    self._erasures.erase(each)
            with self._engine.connect() as connection:
                found = [made for each in in_order for made in _restatements(connection, each)]
        return list(dict.fromkeys(found))

    def _ask(self, connection: Connection, correction: Correction) -> None:
        """Ask for the rebuilds that a new correction takes. Its board, if it is of one alone, is locked."""
        board = correction.board or ""
        if self._rebuilds is not None:
            boards = {each.board for each in _restatements(connection, correction)} or {board} - {_EVERY_BOARD}
            self._rebuilds.ask(connection, boards)
        elif correction.player is None and is_projected(connection, board):
            kind, author = correction.kind.value, correction.author
            request_row(connection, board, board_version=None, reason=kind, author=author)


def _record(connection: Connection, correction: Correction) -> bool:
    """Whether it is new."""
    if correction.player is None:
        return _record_of_board(connection, correction)
    if correction.kind is CorrectionKind.ERASE:
        veil = connection.execute(_VEIL, {"player": correction.player}).scalar_one()
        is_new = _insert(connection, without_name(correction, f"erased:{uuid4().hex}"), veil=veil)
        key = veil
    else:
        asked = {"player": correction.player, "correction_id": correction.correction_id}
        name = connection.execute(_NAME_AFTER, asked).scalar()
        if name is not None:
            return _insert(connection, without_name(correction, name))
        is_new = _insert(connection, correction)
        key = correction.player
    if is_new:
        _sum_up(connection, correction, key)
    return is_new


def _record_of_board(connection: Connection, correction: Correction) -> bool:
    """A reset or a deletion, and whether it is new. Whoever holds the board's lock makes its generations."""
    board = correction.board or ""
    lock_board(connection, board)
    is_new = _insert(connection, correction)
    if is_new and correction.kind is CorrectionKind.DELETE:
        connection.execute(_DELETE_BOARD, {"board": board, "occurred_at": correction.occurred_at})
    return is_new


def _insert(connection: Connection, correction: Correction, **others: str) -> bool:
    """Whether it is new."""
    values = {name: getattr(correction, name) for name in _COLUMNS} | {"kind": correction.kind.value} | others
    added = insert(corrections).values(values).on_conflict_do_nothing().returning(corrections.c.correction_id)
    return connection.execute(added).first() is not None


def _sum_up(connection: Connection, correction: Correction, key: str) -> None:
    number = correction.correction_id
    connection.execute(
        _SUM_UP,
        {
            "player": key,
            "board": correction.board or _EVERY_BOARD,
            "correction_id": number,
            "ban_id": number if correction.kind is CorrectionKind.BAN else None,
            "unban_id": number if correction.kind is CorrectionKind.UNBAN else None,
        },
    )


def _restatements(connection: Connection, correction: Correction) -> Sequence[Restatement]:
    if correction.player is None:
        return []
    if correction.board is not None:
        return [Restatement(board=correction.board, player=correction.player)]
    boards = connection.execute(_BOARDS, {"player": correction.player}).scalars()
    return [Restatement(board=board, player=correction.player) for board in boards]
