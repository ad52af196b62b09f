"""Which levels of a board players may name, where the board declares none: the first so many that any of them named.

A level gets its number once, under the lock of its board, and keeps it for ever. So whether a level is among the first
so many never changes, however often and in whatever order its scores are judged.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.postgres import postgres_errors

_KNOWN: Final = text("SELECT level, number FROM board_levels WHERE board = :board AND level = ANY (:levels)")
_LAST: Final = text("SELECT coalesce(max(number), 0) FROM board_levels WHERE board = :board")
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('levels of ' || :board, 0))")
_NAME: Final = text("""
    INSERT INTO board_levels (board, level, number)
    SELECT :board, level, :last + place FROM unnest(CAST(:levels AS text[])) WITH ORDINALITY AS named (level, place)
""")


class PostgresLevels:
    """The record of levels. Thread-safe. Raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def numbers(self, board: str, levels: Collection[str], most: int) -> Mapping[str, int]:
        """The number of each level that has one, from 1. A new one gets the next, as long as there are ``most``.

        New ones are numbered in the order in which they are given. Safe to repeat and to race.
        """
        wanted = list(dict.fromkeys(levels))
        with postgres_errors(), self._engine.begin() as connection:
            known = _known(connection, board, wanted)
            if len(known) == len(wanted) or _last(connection, board) >= most:
                return known
            connection.execute(_LOCK, {"board": board})
            known, last = _known(connection, board, wanted), _last(connection, board)
            new = [level for level in wanted if level not in known][: max(0, most - last)]
            if new:
                connection.execute(_NAME, {"board": board, "levels": new, "last": last})
            return known | {level: last + place for place, level in enumerate(new, 1)}


def _known(connection: Connection, board: str, levels: list[str]) -> dict[str, int]:
    return {row.level: row.number for row in connection.execute(_KNOWN, {"board": board, "levels": levels})}


def _last(connection: Connection, board: str) -> int:
    last: int = connection.execute(_LAST, {"board": board}).scalar_one()
    return last
