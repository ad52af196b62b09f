from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import FactEnvelope, Rejection, event_time
from ledgerboard_ledger import Month, UnstorableError
from ledgerboard_ledger.rows import FACT_COLUMNS, REJECTION_COLUMNS, fact_rows, months_of, rejection_rows
from ledgerboard_testkit import strategies
from ledgerboard_testkit.events import envelope, fact


@given(st.lists(strategies.fact_envelopes))
def test_every_fact_is_a_row_and_all_writers_use_one_order(envelopes: Sequence[FactEnvelope]) -> None:
    rows = fact_rows(envelopes)
    assert [row[0] for row in rows] == sorted(fact.event_id for each in envelopes for fact in each.facts)
    assert {row[0] for row in fact_rows(reversed(envelopes))} == {row[0] for row in rows}
    assert all(len(row) == len(FACT_COLUMNS) for row in rows)


@given(st.lists(strategies.rejections))
def test_rejections_have_the_same_order(rejections: Sequence[Rejection]) -> None:
    rows = rejection_rows(rejections)
    assert [row[0] for row in rows] == sorted(each.event_id for each in rejections)
    assert all(len(row) == len(REJECTION_COLUMNS) for row in rows)


@given(st.lists(strategies.fact_envelopes))
def test_the_months_are_those_of_the_event_ids(envelopes: Sequence[FactEnvelope]) -> None:
    expected = {Month.containing(event_time(fact.event_id)) for each in envelopes for fact in each.facts}
    assert months_of(fact_rows(envelopes)) == expected


def test_a_batch_that_crosses_a_month_needs_both() -> None:
    end, start = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert months_of(fact_rows([envelope(fact(at=start), fact(at=end))])) == {Month(2026, 11), Month(2026, 12)}


def test_an_id_without_a_time_is_refused() -> None:
    with pytest.raises(UnstorableError, match="UUIDv7"):
        months_of(fact_rows([envelope(fact(event_id=uuid4()))]))


def test_an_id_without_a_time_is_refused_between_sound_ones() -> None:
    sound = [fact(at=datetime(2026, 11, 21, 12, minute, tzinfo=UTC)) for minute in (0, 2)]
    between = UUID(int=sum(each.event_id.int for each in sound) // 2 & ~(0xF << 76) | 4 << 76)
    rows = fact_rows([envelope(*sound, fact(event_id=between))])
    assert rows[1][0] == between
    with pytest.raises(UnstorableError, match="UUIDv7"):
        months_of(rows)
