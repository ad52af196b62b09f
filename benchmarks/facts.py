"""Generated facts, as ingest would send them: full messages, several boards, players who mostly fail to improve."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from ledgerboard_contracts import Fact, FactEnvelope, FactsMessage, wire
from ledgerboard_infra.ids import new_uuid7

FACTS_A_MESSAGE = 800
ENVELOPES_A_MESSAGE = 4


def facts_messages(count: int, boards: Sequence[str], players: int, seed: int) -> list[FactsMessage]:
    """``count`` messages of 800 facts in 4 envelopes, spread evenly over ``boards``, today."""
    dice = random.Random(seed)
    now = datetime.now(UTC)
    return [
        FactsMessage(
            envelopes=tuple(
                _envelope(dice, boards[(number * ENVELOPES_A_MESSAGE + part) % len(boards)], players, now)
                for part in range(ENVELOPES_A_MESSAGE)
            )
        )
        for number in range(count)
    ]


def bodies(messages: Sequence[FactsMessage]) -> list[str]:
    """Their wire form."""
    return [wire.encode(message) for message in messages]


def fact_envelopes(count: int, facts: int, boards: Sequence[str], players: int, seed: int) -> list[FactEnvelope]:
    """``count`` envelopes of ``facts`` each, spread evenly over ``boards``, today."""
    dice = random.Random(seed)
    now = datetime.now(UTC)
    return [_envelope(dice, boards[number % len(boards)], players, now, facts) for number in range(count)]


def _envelope(
    dice: random.Random, board: str, players: int, now: datetime, facts: int = FACTS_A_MESSAGE // ENVELOPES_A_MESSAGE
) -> FactEnvelope:
    return FactEnvelope(
        envelope_id=uuid4(),
        correlation_id="bench",
        board=board,
        board_version=1,
        facts=tuple(_fact(dice, players, now) for _ in range(facts)),
    )


def _fact(dice: random.Random, players: int, now: datetime) -> Fact:
    occurred_at = now - timedelta(microseconds=dice.randrange(1_000_000))
    return Fact(
        event_id=new_uuid7(occurred_at),
        player=f"player-{dice.randrange(players)}",
        score=int(dice.gauss(10_000, 3_000)),
        occurred_at=occurred_at,
    )
