"""The record of server keys. A key itself is never here, only its digest.

SHA-256 is enough for it, and a slow hash would protect nothing: slow hashes are for what people think of, which can be
guessed. A key holds 256 random bits, and nobody tries that many, however fast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, RowMapping, func, insert, or_, select, text, update

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.server_key_table import server_keys

_NOTE_USES: Final = text("""
    WITH used AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS used (key_id, used_at)
    ), held AS (
        SELECT key_id, used_at FROM server_keys JOIN used USING (key_id)
        WHERE last_used_at IS NULL OR last_used_at < used_at
        ORDER BY key_id FOR UPDATE OF server_keys
    )
    UPDATE server_keys SET last_used_at = held.used_at
    FROM held WHERE server_keys.key_id = held.key_id
""")
"""Takes its rows in one order, so that gateways which do so at once wait for each other and never for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """One key. Without ``boards`` it is of all; without a ``rate``, scores a second, it has the usual one.

    ``previous_digest`` is that of the secret before the last rotation, good until ``previous_until``.
    """

    key_id: UUID
    name: str
    digest: bytes
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    boards: tuple[str, ...] | None = None
    rate: float | None = None
    previous_digest: bytes | None = None
    previous_until: datetime | None = None
    expires_at: datetime | None = None
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def rotated(self, digest: bytes, at: datetime, previous_until: datetime) -> "KeyRecord":
        """The key with another secret; the one it had is good until ``previous_until``, if that is to come."""
        keeps = previous_until > at
        return replace(
            self,
            digest=digest,
            rotated_at=at,
            previous_digest=self.digest if keeps else None,
            previous_until=previous_until if keeps else None,
        )


class PostgresServerKeys:
    """The record of keys. Every method raises `UnavailableError` when PostgreSQL is down.

    Reads ask the writer's address, too: what a replica tells of a revocation may be late.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, record: KeyRecord) -> None:
        """Keep a new key."""
        values = asdict(record) | {
            "scopes": list(record.scopes),
            "boards": None if record.boards is None else list(record.boards),
        }
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(insert(server_keys).values(values))

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One key, or None."""
        return next(iter(self._read(server_keys.c.key_id == key_id)), None)

    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]:
        """The first ``limit`` keys that are older than ``before``, newest first."""
        conditions = [] if before is None else [server_keys.c.key_id < before]
        return self._read(*conditions, limit=limit)

    def in_force(self, at: datetime) -> Sequence[KeyRecord]:
        """Every key that opens something. They are few enough to be kept in a process."""
        lasting = or_(server_keys.c.expires_at.is_(None), server_keys.c.expires_at > at)
        return self._read(server_keys.c.revoked_at.is_(None), lasting)

    def has_admin(self) -> bool:
        """Whether there ever was a key with the scope ``admin``, in force or not."""
        wanted = select(server_keys.c.key_id).where(server_keys.c.scopes.contains(["admin"])).limit(1)
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(wanted).first() is not None

    def end_of(self, maker: str, made_before: datetime, at: datetime) -> Sequence[KeyRecord]:
        """End the keys in force that ``maker`` made up to a moment, and return them as they are now. Safe to repeat."""
        ended = (
            update(server_keys)
            .where(
                server_keys.c.created_by == maker,
                server_keys.c.created_at <= made_before,
                server_keys.c.revoked_at.is_(None),
                or_(server_keys.c.expires_at.is_(None), server_keys.c.expires_at > at),
            )
            .values(expires_at=at)
            .returning(server_keys)
        )
        with postgres_errors(), self._engine.begin() as connection:
            return [_record(row) for row in connection.execute(ended).mappings()]

    def rotate(self, key_id: UUID, digest: bytes, at: datetime, previous_until: datetime) -> KeyRecord | None:
        """Give a key another secret, as `KeyRecord.rotated`. None where no such key is in force.

        Of two at once each finds the other's secret or is found by it: the later one's is the key's.
        """
        with postgres_errors(), self._engine.begin() as connection:
            asked = select(server_keys).where(server_keys.c.key_id == key_id).with_for_update()
            row = connection.execute(asked).mappings().first()
            if row is None or not (known := _record(row)).is_in_force(at):
                return None
            made = known.rotated(digest, at, previous_until)
            columns = ("digest", "rotated_at", "previous_digest", "previous_until")
            values = {name: getattr(made, name) for name in columns}
            connection.execute(update(server_keys).where(server_keys.c.key_id == key_id).values(values))
            return made

    def revoke(self, key_id: UUID, at: datetime) -> KeyRecord | None:
        """End a key. One that was ended stays as it is. None where there is none. Safe to repeat."""
        ended = (
            update(server_keys)
            .where(server_keys.c.key_id == key_id)
            .values(revoked_at=func.coalesce(server_keys.c.revoked_at, at))
            .returning(server_keys)
        )
        with postgres_errors(), self._engine.begin() as connection:
            row = connection.execute(ended).mappings().first()
        return None if row is None else _record(row)

    def note_uses(self, used: Mapping[UUID, datetime]) -> None:
        """When keys were last used; the latest moment stands. One statement, and none without uses."""
        if not used:
            return
        asked = {"ids": list(used), "moments": list(used.values())}
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_NOTE_USES, asked)

    def _read(self, *conditions: ColumnElement[bool], limit: int | None = None) -> Sequence[KeyRecord]:
        wanted = select(server_keys).where(*conditions).order_by(server_keys.c.key_id.desc()).limit(limit)
        with postgres_errors(), self._engine.connect() as connection:
            return [_record(row) for row in connection.execute(wanted).mappings()]


def _record(row: RowMapping) -> KeyRecord:
    values = dict[str, Any](row)
    boards = values["boards"]
    return KeyRecord(
        **values | {"scopes": tuple(values["scopes"]), "boards": None if boards is None else tuple(boards)}
    )
