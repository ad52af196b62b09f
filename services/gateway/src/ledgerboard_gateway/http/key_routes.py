"""Make, list, rotate and revoke the keys of game servers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

from flask import Response
from marshmallow import fields

from ledgerboard_gateway.http import key_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.key_bodies import (
    KeyBody,
    KeyItem,
    KeysAnswer,
    RotationBody,
    ToldKeyAnswer,
    decode_key,
    decode_rotation,
)
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.problems import FieldError, ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.query_fields import Query, limit
from ledgerboard_gateway.http.requests import caller, json_body, note, uuid_in_path
from ledgerboard_gateway.key_desk import KeyRefusedError, ToldKey, WantedKey
from ledgerboard_gateway.principals import Principal
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import KeyRecord

KEY_TAGS: Final = {"keys": "The keys by which game servers are known. A key is told once, when it is made."}
_TOLD: Final = "Only this answer ever tells the key; what is kept is its digest."


class KeysQuery(Query):
    """A page of keys."""

    before = fields.UUID(
        load_default=None,
        metadata={"description": "Only keys older than this one.", "example": "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5f"},
    )
    limit = limit()


class Desk(Protocol):
    """The keys. Raises `UnavailableError` when their record is down."""

    def create(self, wanted: WantedKey, maker: Principal) -> ToldKey:
        """Make one. Raises `KeyRefusedError`."""
        ...

    def get(self, key_id: UUID) -> KeyRecord | None:
        """One of them, or None."""
        ...

    def page(self, before: UUID | None, limit: int) -> Sequence[KeyRecord]:
        """Some of them, newest first."""
        ...

    def rotate(self, key_id: UUID, overlap: timedelta | None, by: Principal) -> ToldKey | None:
        """Give one another secret; None where none is in force. Raises `KeyRefusedError`."""
        ...

    def revoke(self, key_id: UUID) -> KeyRecord | None:
        """End one; None where there is none."""
        ...


class KeyRoutes:
    """The routes of server keys."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def create_key(self) -> Response:
        """Make a key."""
        wanted = decode_key(json_body(), self._clock.now())
        with _refusals():
            return _tell(self._desk.create(wanted, caller()), 201)

    def list_keys(self, query: Mapping[str, Any]) -> Response:
        """Tell a page of keys."""
        most = query["limit"]
        found = self._desk.page(query["before"], most)
        following = None
        if len(found) == most:
            following = f"/v1/keys?{urlencode({'before': found[-1].key_id, 'limit': most})}"
        return rendering.answer(KeysAnswer(keys=tuple(map(_item, found)), next=following))

    def rotate_key(self, key_id: str) -> Response:
        """Give a key another secret."""
        known = uuid_in_path(key_id, "key_id")
        self._note_before(known)
        with _refusals():
            told = self._desk.rotate(known, decode_rotation(json_body()), caller())
        if told is None:
            raise ProblemError(P.NOT_FOUND, f"There is no key {known} in force.")
        return _tell(told, 200)

    def revoke_key(self, key_id: str) -> Response:
        """End a key."""
        known = uuid_in_path(key_id, "key_id")
        self._note_before(known)
        record = self._desk.revoke(known)
        if record is None:
            raise ProblemError(P.NOT_FOUND, f"There is no key {known}.")
        note(key_id=known)
        return rendering.answer(_item(record))

    def _note_before(self, key_id: UUID) -> None:
        record = self._desk.get(key_id)
        note_before(None if record is None else _item(record))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="keys", method="POST", rule="/v1/keys", view=self.create_key,
                summary="Make a server key",
                description=f"{_TOLD} With a token: never `admin`, for 30 days at most, and it ends within the hour in "
                "which its maker is known to be no manager any more.",
                body=Body(KeyBody, e.KEY_BODY),
                answers={201: Answer([ToldKeyAnswer], e.TOLD_KEY, "The key")},
                is_secret=True,
                problems=[P.UNAVAILABLE],
            ),
            Operation(
                tag="keys", method="GET", rule="/v1/keys", view=self.list_keys,
                summary="List the server keys",
                description="Newest first, also those that were revoked. Follow `next` for more.",
                query=KeysQuery,
                answers={200: Answer([KeysAnswer], e.KEYS, "A page of keys")},
                problems=[P.UNAVAILABLE],
            ),
            Operation(
                tag="keys", method="POST", rule="/v1/keys/<key_id>/rotate", view=self.rotate_key,
                summary="Give a server key another secret",
                description="The one it has stays good for the overlap, and what it had before ends. With a token, of "
                f"one's own keys alone. {_TOLD}",
                body=Body(RotationBody, e.ROTATION_BODY),
                answers={200: Answer([ToldKeyAnswer], e.TOLD_KEY, "The key, with its new secret")},
                is_secret=True,
                problems=[P.NOT_FOUND, P.UNAVAILABLE],
            ),
            Operation(
                tag="keys", method="DELETE", rule="/v1/keys/<key_id>", view=self.revoke_key,
                summary="Revoke a server key",
                description="For ever, and everywhere within ten seconds. Safe to repeat.",
                answers={200: Answer([KeyItem], e.KEY_ITEM, "What is left of it")},
                problems=[P.NOT_FOUND, P.UNAVAILABLE],
            ),
        ]  # fmt: skip


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except KeyRefusedError as error:
        errors = [FieldError(error.field, str(error))]
        raise ProblemError(P.FORBIDDEN, f"{error.field}: {error}.", errors=errors) from None


def _item(record: KeyRecord) -> KeyItem:
    return KeyItem(**{name: getattr(record, name) for name in KeyItem.__struct_fields__})


def _tell(told: ToldKey, status: int) -> Response:
    """The one answer that holds a key: nobody on its way may keep it, and the log names the key by its id."""
    note(key_id=told.record.key_id)
    answer = rendering.answer(ToldKeyAnswer(key=told.key, record=_item(told.record)), status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
