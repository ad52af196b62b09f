"""Builders of facts, and the fold that every board must equal, written as plainly as it can be."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact, FactEnvelope, Order, Span, Standing
from ledgerboard_infra.ids import new_uuid7


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
    best: dict[str, tuple[int, datetime]] = {}
    for fact in facts:
        if span.start is None or span.end is None or span.start <= fact.occurred_at < span.end:
            play = (-fact.score if order is Order.DESC else fact.score, fact.occurred_at)
            best[fact.player] = min(play, best.get(fact.player, play))
    ranking = sorted((key, when, player.encode()) for player, (key, when) in best.items())
    return tuple(
        Standing(
            rank=rank,
            position=rank + 1,
            player=player.decode(),
            score=-key if order is Order.DESC else key,
            achieved_at=when,
        )
        for rank, (key, when, player) in enumerate(ranking)
    )
