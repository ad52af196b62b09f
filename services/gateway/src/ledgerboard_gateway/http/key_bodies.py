"""The bodies of what is asked and answered about server keys."""

import unicodedata
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ledgerboard_contracts import InvalidMomentError, read_moment
from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.second_look import decoded
from ledgerboard_gateway.key_desk import WantedKey

MAX_OVERLAP_SECONDS: Final = 30 * 86400
_REFUSED: Final = frozenset({"Cc", "Cs"})

Scope = Literal["submit", "boards", "players", "read", "admin"]
WrittenMoment = Annotated[
    str, Meta(description="A time as RFC 3339 writes it, with its offset.", extra_json_schema={"format": "date-time"})
]
Pattern = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\*?$(?!\n)", description="A board's name, or how names begin and then `*`."),
]


class KeyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key is to open. Without ``boards``: all of them. Without a ``rate``: the usual one; 0 is no limit."""

    name: Annotated[str, Meta(min_length=1, max_length=64, description="What the key is for.")]
    scopes: Annotated[
        tuple[Scope, ...],
        Meta(
            min_length=1,
            max_length=5,
            description="`submit`: scores of any player, and seats. `boards`: its scores make boards, so many a day. "
            "`players`: accounts and names of any player; of all boards only. `read`: also where reads are closed. "
            "`admin`: everything.",
        ),
    ]
    boards: Annotated[tuple[Pattern, ...], Meta(min_length=1, max_length=100)] | None = None
    rate: Annotated[float, Meta(ge=0, le=1_000_000, description="Scores a second.")] | None = None
    expires_at: WrittenMoment | None = None


class RotationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the secret that the key has is still good. 0: not at all. Left out: as long as is usual."""

    overlap_seconds: Annotated[int, Meta(ge=0, le=MAX_OVERLAP_SECONDS)] | None = None


class KeyItem(msgspec.Struct, frozen=True, kw_only=True):
    """A key, but not the key itself, which is told once and kept nowhere.

    ``previous_until``: until then the secret before the last rotation is good. ``last_used_at`` is a minute or so old.
    """

    key_id: UUID
    name: str
    scopes: tuple[str, ...]
    boards: tuple[str, ...] | None
    rate: float | None
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime | None
    rotated_at: AwareDatetime | None
    previous_until: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None


class KeysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Keys, newest first, also revoked ones. ``next`` leads to older ones, or is null where this page was not full."""

    keys: tuple[KeyItem, ...]
    next: str | None


class ToldKeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A key, told this once. Send it as ``Authorization: Bearer <key>``."""

    key: str
    record: KeyItem


_key: Final = msgspec.json.Decoder(KeyBody)
_rotation: Final = msgspec.json.Decoder(RotationBody)


def decode_key(body: bytes, now: datetime) -> WantedKey:
    """The key that is wanted. Raises `ProblemError` naming the field at fault, as all here do."""
    read = decoded(_key, body)
    if not read.name.strip() or any(unicodedata.category(character) in _REFUSED for character in read.name):
        raise invalid("name", "must be words without control characters")
    expires_at = None if read.expires_at is None else _moment("expires_at", read.expires_at)
    if expires_at is not None and expires_at <= now:
        raise invalid("expires_at", "must be yet to come")
    if "players" in read.scopes and read.boards is not None:
        raise invalid("boards", "must be left out: players are of no board")
    return WantedKey(
        name=read.name,
        scopes=tuple(sorted(set(read.scopes))),
        boards=None if read.boards is None else tuple(dict.fromkeys(read.boards)),
        rate=read.rate,
        expires_at=expires_at,
    )


def _moment(field: str, text: str) -> datetime:
    try:
        return read_moment(text)
    except InvalidMomentError as error:
        raise invalid(field, str(error)) from error


def decode_rotation(body: bytes) -> timedelta | None:
    """The overlap that is wanted, if one is."""
    seconds = decoded(_rotation, body).overlap_seconds
    return None if seconds is None else timedelta(seconds=seconds)
