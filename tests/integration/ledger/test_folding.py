"""Every view that the ledger folds is the plain fold of the facts that count."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    BoardOptions,
    Calendar,
    CorrectionKind,
    Fact,
    Order,
    Period,
    TieBreak,
    View,
    is_tie_value,
    level_scope,
    session_scope,
    span_containing,
)
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import LedgerWriter
from ledgerboard_ledger.standings import SqlFold
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.rankings import expected_rows
from tests.integration.boards.games import NOW
from tests.integration.ledger.standings_model import (
    Change,
    changes,
    counting,
    histories,
    of_one_board,
    options,
    record,
    views_on,
)

_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=120, deadline=None, suppress_health_check=_SLOW)
@given(choice=options, history=histories.map(of_one_board), made=st.just([]) | changes)
def test_every_view_is_the_plain_fold_of_what_counts(
    engine: Engine, choice: BoardOptions, history: list[Fact], made: list[Change]
) -> None:
    board, left = record(engine, history, made), counting(history, made)
    for view in views_on(board, history, choice):
        found = [(row.player, row.score, row.achieved_at) for row in SqlFold(engine).rows(view, choice)]
        assert found == [row[1:] for row in expected_rows(left, choice, view)]


@pytest.mark.parametrize("order", Order)
def test_what_is_no_integer_breaks_no_tie_and_ranks_last(engine: Engine, order: Order) -> None:
    values = [2, -3, 2**53, -(2**53), 2**53 + 1, 5.0, 1e22, 1e16, 0.5, -0.0, True, None, "7", [1], {"a": 1}]
    odd = [make_fact(f"player-{place:02}", 7, NOW, attributes={"a'b:c%": each}) for place, each in enumerate(values)]
    odd += [make_fact("none", 7, NOW), make_fact("empty", 7, NOW, attributes={})]
    choice = BoardOptions(ties=(TieBreak(attribute="a'b:c%", order=order),))
    view = View(record(engine, odd), ALL_TIME)
    expected = expected_rows([_with_ties_only(fact) for fact in odd], choice, view)
    assert [row.player for row in SqlFold(engine).rows(view, choice)] == [player for _, player, _, _ in expected]


def _with_ties_only(fact: Fact) -> Fact:
    kept = {name: value for name, value in (fact.attributes or {}).items() if is_tie_value(value)}
    return replace(fact, attributes=kept)


def test_a_view_that_the_options_do_not_draw_is_empty(engine: Engine) -> None:
    plays = [make_fact("ann", 1, NOW, level="1", session="s")]
    choice = BoardOptions(level_views=False, session_views=False)
    view = View(record(engine, plays), ALL_TIME)
    fold = SqlFold(engine)
    assert len(list(fold.rows(view, choice))) == 1
    day = span_containing(Period.DAY, NOW, Calendar(time_zone="Asia/Kathmandu"))
    for other in (
        replace(view, scope=level_scope("1")),
        replace(view, scope=session_scope("s")),
        replace(view, scope=ALL_LEVELS),
        replace(view, span=day),
    ):
        assert list(fold.rows(other, choice)) == []


def test_a_snapshot_leaves_out_what_was_recorded_later(engine: Engine) -> None:
    first, second = make_fact("ann", 1, NOW), make_fact("ann", 2, NOW)
    board = record(engine, [first])
    with engine.connect() as connection:
        snapshot = connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one()
    LedgerWriter(engine).append([make_envelope(board, [second])], [])
    view, fold = View(board, ALL_TIME), SqlFold(engine)
    assert [row.score for row in fold.rows(view, BoardOptions(), snapshot)] == [1]
    assert [row.score for row in fold.rows(view, BoardOptions())] == [2]


def test_an_unban_ends_the_bans_before_it_and_none_after_it(engine: Engine) -> None:
    plays = of_one_board([make_fact("ann", 1, NOW)])
    for kinds, entries in (("ban", 0), ("ban unban", 1), ("ban unban ban", 0), ("unban ban", 0)):
        made = [
            Change(CorrectionKind(kind), 0, everywhere=False, at=NOW + timedelta(seconds=place))
            for place, kind in enumerate(kinds.split())
        ]
        view = View(record(engine, [replace(plays[0], event_id=new_uuid7(NOW))], made), ALL_TIME)
        assert len(list(SqlFold(engine).rows(view, BoardOptions()))) == entries, kinds
