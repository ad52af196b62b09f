"""Outcomes and figures of the projection."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ledgerboard_contracts import FactEnvelope
from ledgerboard_ranker.arrivals import Arrival, Outcome
from ledgerboard_ranker.projection import Projection
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

Counted = Callable[..., float]


def applied(projection: Projection, *envelopes: FactEnvelope) -> list[Outcome]:
    arrivals = [Arrival(each) for each in envelopes]
    projection.apply(arrivals)
    return [each.outcome for each in arrivals]


def test_outcomes_come_in_the_order_of_the_envelopes(projection: Projection) -> None:
    known = make_envelope("chess", [make_fact("ann", 5, NOW)])
    unknown = make_envelope("nobody", [make_fact("ann", 5, NOW)])
    assert applied(projection, unknown, known, unknown, known) == [
        Outcome.UNDEFINED,
        Outcome.FOLDED,
        Outcome.UNDEFINED,
        Outcome.UNCHANGED,
    ]


def test_every_outcome_is_counted(projection: Projection, counted: Counted) -> None:
    known = make_envelope("chess", [make_fact("ann", 5, NOW), make_fact("bob", 5, NOW)])
    applied(projection, known, known, make_envelope("nobody", []))
    assert {outcome: counted("ranker_envelopes_total", outcome=outcome) for outcome in Outcome} == {
        Outcome.FOLDED: 1,
        Outcome.UNCHANGED: 1,
        Outcome.UNDEFINED: 1,
        Outcome.POSTPONED: 0,
    }
    assert counted("ranker_facts_total") == 4
    assert counted("ranker_entries_changed_total") == 8
    assert counted("ranker_tops_changed_total") == 4
    assert counted("ranker_views_expired_total") == 1


def test_the_lag_of_each_folded_fact_is_observed_and_never_negative(projection: Projection, counted: Counted) -> None:
    lags = [timedelta(milliseconds=20), timedelta(seconds=2), timedelta(seconds=-5)]
    applied(projection, make_envelope("chess", [make_fact("ann", 5, NOW - lag) for lag in lags]))
    applied(projection, make_envelope("nobody", [make_fact("ann", 5, NOW)]))
    assert counted("score_visible_lag_seconds_count") == 3
    assert counted("score_visible_lag_seconds_sum") == 2.02
    assert counted("score_visible_lag_seconds_bucket", le="0.025") == 2
