"""However the same events are cut, ordered and repeated, the ledger holds each once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from ledgerboard_contracts import MAX_SCORE, Fact, FactEnvelope
from ledgerboard_ledger import AppendResult, LedgerReader, LedgerWriter, Recorded, UnstorableError
from ledgerboard_testkit import strategies
from ledgerboard_testkit.events import NOON, envelope, event_id, fact, rejection

_months = st.datetimes(datetime(2026, 10, 15), datetime(2027, 1, 15)).map(lambda when: when.replace(tzinfo=NOON.tzinfo))  # noqa: DTZ001 -- bounds
_facts = st.builds(lambda made, when: replace(made, event_id=event_id(when)), strategies.facts, _months)
_envelopes = st.builds(
    lambda made, facts: replace(made, facts=tuple(facts)), strategies.fact_envelopes, st.lists(_facts, max_size=5)
)


@given(st.lists(_envelopes, max_size=5), st.randoms(use_true_random=False), st.integers(1, 3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_repetition_and_split_leaves_the_set_of_the_facts(
    engine: Engine, envelopes: Sequence[FactEnvelope], random: Random, repeats: int
) -> None:
    parts = [replace(each, facts=(one,)) for each in envelopes for one in each.facts]
    deliveries = [*envelopes, *parts] * repeats
    random.shuffle(deliveries)
    writer, cut = LedgerWriter(engine), random.randint(0, len(deliveries))
    results = [writer.append(batch, []) for batch in (deliveries[:cut], deliveries[cut:])]
    assert sum(result.recorded for result in results) == len(parts)
    assert sum(result.repeated for result in results) == sum(len(each.facts) for each in deliveries) - len(parts)
    reader = LedgerReader(engine, engine)
    for part in parts:
        found = reader.event(part.facts[0].event_id)
        assert isinstance(found, Recorded)
        _assert_same(found, part)


def _assert_same(found: Recorded, part: FactEnvelope) -> None:
    """What stands in the ledger is what was accepted, to the microsecond and the last bit."""
    (one,) = part.facts
    play = found.play
    assert (play.board, play.board_version) == (part.board, part.board_version)
    assert (play.event_id, play.player, play.score) == (one.event_id, one.player, one.score)
    assert (play.level, play.session) == (one.level, one.session)
    assert play.occurred_at == one.occurred_at
    assert play.occurred_at.utcoffset() == timedelta(0)
    assert _alike(play.attributes, one.attributes)


def _alike(found: Any, sent: Any) -> bool:
    """PostgreSQL keeps a JSON number as decimal digits, so 4e16 comes back as 40000000000000000: the same number."""
    if isinstance(sent, dict):
        return found.keys() == sent.keys() and all(_alike(found[name], each) for name, each in sent.items())
    if isinstance(sent, list):
        return len(found) == len(sent) and all(map(_alike, found, sent))
    return bool(float(found) == sent if isinstance(sent, float) else found == sent)


def test_writers_that_append_the_same_facts_at_once_neither_deadlock_nor_double(
    engine: Engine, fact_ids: Callable[[], list[UUID]]
) -> None:
    facts = [fact(f"player-{number % 50}", number) for number in range(4000)]
    before, start = len(fact_ids()), Barrier(8)

    def append(seed: int) -> AppendResult:
        mine = facts.copy()
        Random(seed).shuffle(mine)  # noqa: S311 -- an order, no secret.
        start.wait()
        return LedgerWriter(engine).append([envelope(*mine[:2000]), envelope(*mine[2000:])], [])

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(append, range(8)))
    assert sum(result.recorded for result in results) == 4000
    assert sum(result.repeated for result in results) == 7 * 4000
    ids = fact_ids()
    assert len(ids) == len(set(ids)) == before + 4000


def test_the_first_delivery_stands(engine: Engine) -> None:
    first = fact(score=5)
    writer = LedgerWriter(engine)
    writer.append([envelope(first)], [])
    writer.append([envelope(replace(first, score=6))], [])
    found = LedgerReader(engine, engine).event(first.event_id)
    assert isinstance(found, Recorded)
    assert found.play.score == 5


def test_facts_and_rejections_are_counted_apart(engine: Engine) -> None:
    writer, refused = LedgerWriter(engine), rejection()
    result = writer.append([envelope(fact(), fact())], [refused, refused])
    assert result == AppendResult(recorded=2, rejected=1, repeated=1)


def test_nothing_to_append_is_no_trouble(engine: Engine) -> None:
    assert LedgerWriter(engine).append([envelope()], []) == AppendResult(recorded=0, rejected=0, repeated=0)


_POISON: dict[str, Callable[[], Fact]] = {
    "no UUIDv7": lambda: fact(event_id=uuid4()),
    "a NUL in a name": lambda: fact("a\x00b"),
    "a NUL in an attribute": lambda: fact(attributes={"a": ["\x00"]}),
    "a NUL in an attribute's name": lambda: fact(attributes={"\x00": 1}),
    "a lone surrogate": lambda: fact("\ud800"),
    "a score beyond 2^53": lambda: fact(score=MAX_SCORE + 1),
    "a score beyond 64 bits": lambda: fact(score=2**80),
    "a name too long for an index": lambda: fact("".join(map(str, range(4000)))),
}


@pytest.mark.parametrize("poison", _POISON.values(), ids=_POISON)
def test_what_can_never_be_stored_is_told_apart_and_stores_nothing(
    engine: Engine, fact_ids: Callable[[], list[UUID]], poison: Callable[[], Fact]
) -> None:
    before = fact_ids()
    with pytest.raises(UnstorableError):
        LedgerWriter(engine).append([envelope(fact(), poison(), fact())], [rejection()])
    assert fact_ids() == before


def test_statements_carry_the_correlation_ids(engine: Engine) -> None:
    seen: list[str] = []

    def listen(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", listen)
    try:
        LedgerWriter(engine).append([envelope(fact())], [rejection()], correlation_ids=["req-1", "req-2"])
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    inserts = [statement for statement in seen if "INSERT INTO" in statement]
    assert len(inserts) == 2
    assert all(statement.startswith("/* correlation_id=req-1,req-2 */ INSERT") for statement in inserts)
