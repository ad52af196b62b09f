"""Builders of facts, and the fold that a board of the default policy must equal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact, FactEnvelope, Order, Span, Standing, View
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_testkit.rankings import expected_standings


def make_fact(player: str, score: int, occurred_at: datetime, *, event_id: UUID | None = None, **others: Any) -> Fact:
    """A fact with a fresh event id, unless one is given; ``others`` are more of its fields."""
    event_id = event_id or new_uuid7(occurred_at)
    return Fact(event_id=event_id, player=player, score=score, occurred_at=occurred_at, **others)


def make_envelope(board: str, facts: Iterable[Fact], *, board_version: int = 1) -> FactEnvelope:
    """An envelope with a fresh id."""
    return FactEnvelope(
        envelope_id=uuid4(), correlation_id="test", board=board, board_version=board_version, facts=tuple(facts)
    )


def make_definition(board: str, order: Order = Order.DESC, *, version: int = 1, **others: Any) -> BoardDefinition:
    """A definition without bounds; ``others`` are more of its options."""
    return BoardDefinition(board=board, version=version, options=BoardOptions(order=order, **others))


def best_standings(facts: Iterable[Fact], order: Order, span: Span) -> tuple[Standing, ...]:
    """Each player's best play within ``span``: the better score, then the earlier play, then the smaller id."""
    return expected_standings(facts, BoardOptions(order=order), View("any", span))
