"""Requests under keys, as the gateway keeps them."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from ledgerboard_ledger.idempotency import Held, KeptAnswer, KeyedRequest, PostgresKeyedRequests
from ledgerboard_testkit.events import NOON


def request(caller: str = "", key: bytes = b"k-1", fingerprint: bytes = b"f", at: datetime = NOON) -> KeyedRequest:
    """Of a caller of its own, unless one is named."""
    return KeyedRequest(
        caller=caller or f"key:{uuid4()}",
        key_digest=key,
        fingerprint=fingerprint,
        claimed_at=at,
        seed=uuid4(),
        owner=uuid4(),
    )


def answer(player: str) -> KeptAnswer:
    """One that names the player."""
    return KeptAnswer(202, {"Content-Type": "application/json"}, f'{{"player":"{player}"}}')


def answered(engine: Engine, player: str, **others: Any) -> KeyedRequest:
    """A request whose kept answer names the player."""
    keyed, asked = PostgresKeyedRequests(engine), request(**others)
    held = keyed.claim(asked)
    assert isinstance(held, Held)
    keyed.answer(held, answer(player), [player])
    return asked


def leave_answers(engine: Engine, player: str) -> None:
    """One of the player's own, and one of a server's that names them."""
    answered(engine, player, caller=f"player:{player}")
    answered(engine, player)
