"""Server keys, as their record keeps them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol
from uuid import UUID

import pytest

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import KeyRecord
from ledgerboard_testkit.memory import NOON

_HOUR: Final = timedelta(hours=1)
_NEW: Final = sha256(b"new").digest()
_NEWER: Final = sha256(b"newer").digest()


class ServerKeys(Protocol):
    """The record of keys."""

    def create(self, record: KeyRecord) -> None: ...
    def get(self, key_id: UUID) -> KeyRecord | None: ...
    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]: ...
    def in_force(self, at: datetime) -> Sequence[KeyRecord]: ...
    def rotate(self, key_id: UUID, digest: bytes, at: datetime, previous_until: datetime) -> KeyRecord | None: ...
    def revoke(self, key_id: UUID, at: datetime) -> KeyRecord | None: ...
    def note_uses(self, used: Mapping[UUID, datetime]) -> None: ...
    def has_admin(self) -> bool: ...
    def end_of(self, maker: str, made_before: datetime, at: datetime) -> Sequence[KeyRecord]: ...


def key_record(name: str = "eu-1", **others: Any) -> KeyRecord:
    """A key that may submit to every board, made at noon."""
    key_id = new_uuid7(NOON)
    given: dict[str, Any] = {"scopes": ("submit",), "created_at": NOON, "created_by": "root"} | others
    return KeyRecord(key_id=key_id, name=name, digest=sha256(key_id.bytes).digest(), **given)


class ServerKeysSuite:
    """Give it ``keys``, and ``outage``: a context in which their record is down."""

    def test_a_key_comes_back_as_it_was_kept(self, keys: ServerKeys) -> None:
        plain = key_record()
        whole = key_record(
            "whole", scopes=("submit", "read", "admin"), boards=("chess", "mario-*"), rate=0.5,
            expires_at=NOON + _HOUR, created_by="player:ada",
        )  # fmt: skip
        for record in (plain, whole):
            keys.create(record)
            assert keys.get(record.key_id) == record
        assert keys.get(new_uuid7(NOON)) is None

    def test_pages_tell_the_newest_first_and_go_on_where_they_ended(self, keys: ServerKeys) -> None:
        made = [key_record(str(number)) for number in range(5)]
        for record in made:
            keys.create(record)
        newest = sorted(made, key=lambda each: each.key_id, reverse=True)
        first = keys.page(None, 3)
        assert [*first, *keys.page(first[-1].key_id, 2)] == newest

    def test_what_was_revoked_or_is_past_its_end_is_not_in_force(self, keys: ServerKeys) -> None:
        lasting, ending, revoked = key_record("l"), key_record("e", expires_at=NOON + _HOUR), key_record("r")
        for record in (lasting, ending, revoked):
            keys.create(record)
        assert keys.revoke(revoked.key_id, NOON) == replace(revoked, revoked_at=NOON)
        ids = {lasting.key_id, ending.key_id, revoked.key_id}
        in_force = {each.key_id for each in keys.in_force(NOON)}
        assert ids & in_force == {lasting.key_id, ending.key_id}
        assert ids & {each.key_id for each in keys.in_force(NOON + _HOUR)} == {lasting.key_id}

    def test_revoking_again_changes_nothing(self, keys: ServerKeys) -> None:
        record = key_record()
        keys.create(record)
        first = keys.revoke(record.key_id, NOON)
        assert keys.revoke(record.key_id, NOON + _HOUR) == first == keys.get(record.key_id)
        assert keys.revoke(new_uuid7(NOON), NOON) is None

    def test_a_rotation_keeps_the_secret_before_it_for_a_while_and_no_other(self, keys: ServerKeys) -> None:
        record = key_record()
        keys.create(record)
        once = keys.rotate(record.key_id, _NEW, NOON, NOON + _HOUR)
        wanted = replace(
            record, digest=_NEW, rotated_at=NOON, previous_digest=record.digest, previous_until=NOON + _HOUR
        )
        assert once == keys.get(record.key_id) == wanted
        twice = keys.rotate(record.key_id, _NEWER, NOON, NOON + _HOUR)
        assert twice == replace(wanted, digest=_NEWER, previous_digest=_NEW)

    def test_a_rotation_without_an_overlap_keeps_nothing(self, keys: ServerKeys) -> None:
        record = key_record()
        keys.create(record)
        keys.rotate(record.key_id, _NEW, NOON, NOON + _HOUR)
        made = keys.rotate(record.key_id, _NEWER, NOON, NOON)
        assert made == replace(record, digest=_NEWER, rotated_at=NOON) == keys.get(record.key_id)

    def test_what_is_not_in_force_is_not_rotated(self, keys: ServerKeys) -> None:
        ended, revoked = key_record(expires_at=NOON), key_record()
        for record in (ended, revoked):
            keys.create(record)
        keys.revoke(revoked.key_id, NOON)
        for key_id in (ended.key_id, revoked.key_id, new_uuid7(NOON)):
            assert keys.rotate(key_id, _NEW, NOON, NOON + _HOUR) is None
        assert keys.get(ended.key_id) == ended

    def test_the_latest_use_stands(self, keys: ServerKeys) -> None:
        first, second = key_record("1"), key_record("2")
        for record in (first, second):
            keys.create(record)
        keys.note_uses({first.key_id: NOON + _HOUR, new_uuid7(NOON): NOON})
        keys.note_uses({first.key_id: NOON, second.key_id: NOON})
        keys.note_uses({})
        assert keys.get(first.key_id) == replace(first, last_used_at=NOON + _HOUR)
        assert keys.get(second.key_id) == replace(second, last_used_at=NOON)

    def test_that_there_ever_was_an_admin_key_is_known(self, keys: ServerKeys) -> None:
        keys.create(key_record(scopes=("submit", "boards", "players", "read")))
        admin = key_record(scopes=("submit", "admin"))
        keys.create(admin)
        keys.revoke(admin.key_id, NOON)
        assert keys.has_admin()

    def test_what_somebody_made_up_to_a_moment_is_ended_and_nothing_else(self, keys: ServerKeys) -> None:
        maker = f"player:{new_uuid7(NOON)}"
        first, sooner, later = (
            key_record("f", created_by=maker), key_record("s", created_by=maker, expires_at=NOON + _HOUR / 2),
            key_record("l", created_by=maker, created_at=NOON + 2 * _HOUR),
        )  # fmt: skip
        other, revoked = key_record("o", created_by="player:other"), key_record("r", created_by=maker)
        for record in (first, sooner, later, other, revoked):
            keys.create(record)
        keys.revoke(revoked.key_id, NOON)
        ended = keys.end_of(maker, NOON + _HOUR, NOON + _HOUR)
        assert ended == [replace(first, expires_at=NOON + _HOUR)] == [keys.get(first.key_id)]
        assert [keys.get(each.key_id) for each in (sooner, later, other)] == [sooner, later, other]
        assert keys.end_of(maker, NOON + _HOUR, NOON + _HOUR) == []

    def test_while_it_is_down_nothing_is_known_or_changed(
        self, keys: ServerKeys, outage: AbstractContextManager[None]
    ) -> None:
        record = key_record()
        keys.create(record)
        asks = (
            lambda: keys.create(key_record()), lambda: keys.get(record.key_id), lambda: keys.page(None, 1),
            lambda: keys.in_force(NOON), lambda: keys.rotate(record.key_id, _NEW, NOON, NOON),
            lambda: keys.revoke(record.key_id, NOON), lambda: keys.note_uses({record.key_id: NOON}),
            keys.has_admin, lambda: keys.end_of("player:ada", NOON, NOON),
        )  # fmt: skip
        with outage:
            for ask in asks:
                with pytest.raises(UnavailableError):
                    ask()
        assert keys.get(record.key_id) == record
