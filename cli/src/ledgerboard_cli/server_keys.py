"""Make, list, rotate and revoke server keys. Everything raises `GatewayError`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from ledgerboard_cli.transport import Transport, path

_MOST_A_PAGE: Final = 100


class Key(msgspec.Struct, frozen=True):
    """A key, without the key itself."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    created_by: str = ""
    boards: tuple[str, ...] | None = None
    rate: float | None = None
    expires_at: str | None = None
    previous_until: str | None = None
    revoked_at: str | None = None
    last_used_at: str | None = None


class ToldKey(msgspec.Struct, frozen=True):
    """A key, told this once."""

    key: str
    record: Key


class _Page(msgspec.Struct, frozen=True):
    keys: tuple[Key, ...]
    next: str | None = None


class KeysOverHttp:
    """The gateway's keys."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, wanted: Mapping[str, Any]) -> ToldKey:
        """Make a key. Not safe to repeat: that makes another one."""
        return self._transport.get(ToldKey, "POST", path("v1", "keys"), dict(wanted))

    def list(self) -> Sequence[Key]:
        """All keys, newest first."""
        found, where = list[Key](), path("v1", "keys", query={"limit": _MOST_A_PAGE})
        while True:
            page = self._transport.get(_Page, "GET", where)
            found += page.keys
            if page.next is None:
                return found
            where = page.next

    def rotate(self, key_id: str, overlap_seconds: int | None) -> ToldKey:
        """Give a key another secret."""
        body = {} if overlap_seconds is None else {"overlap_seconds": overlap_seconds}
        return self._transport.get(ToldKey, "POST", path("v1", "keys", key_id, "rotate"), body)

    def revoke(self, key_id: str) -> Key:
        """End a key. Safe to repeat."""
        return self._transport.get(Key, "DELETE", path("v1", "keys", key_id))


class ServerKeys:
    """What the command line says of keys. A key stands alone in the last line, where a script finds it."""

    def __init__(self, keys: KeysOverHttp, say: Callable[[str], object]) -> None:
        self._keys = keys
        self._say = say

    def create(self, wanted: Mapping[str, Any]) -> int:
        """Make a key and show it, this once."""
        return self._show(self._keys.create(wanted))

    def list(self) -> int:
        """A line for each key."""
        for key in self._keys.list():
            self._say(_line(key))
        return 0

    def rotate(self, key_id: str, overlap_seconds: int | None) -> int:
        """Show a key's new secret, this once."""
        return self._show(self._keys.rotate(key_id, overlap_seconds))

    def revoke(self, key_id: str) -> int:
        """End a key."""
        self._say(_line(self._keys.revoke(key_id)))
        return 0

    def _show(self, told: ToldKey) -> int:
        self._say(_line(told.record))
        if told.record.previous_until is not None:
            self._say(f"the key before it is good until {told.record.previous_until}")
        self._say(told.key)
        return 0


def _line(key: Key) -> str:
    parts = [key.key_id, key.name, "+".join(key.scopes)]
    parts += [f"boards={','.join(key.boards)}"] if key.boards is not None else []
    parts += [f"rate={key.rate:g}/s"] if key.rate is not None else []
    parts += [f"made {key.created_at} by {key.created_by}"]
    told = (("ends", key.expires_at), ("revoked", key.revoked_at), ("used", key.last_used_at))
    return " ".join(parts + [f"{word} {at}" for word, at in told if at is not None])
