"""Outcomes and figures of the projection."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import pytest

from ledgerboard_boards import GenerationState, Horizon
from ledgerboard_contracts import FactEnvelope
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import UnendedError
from ledgerboard_ranker.arrivals import Arrival, Outcome
from ledgerboard_ranker.projection import Projection
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

Counted = Callable[..., float]


class Boards(Protocol):
    folded: list[FactEnvelope]
    forgotten: set[UUID]


class States(Protocol):
    generations: tuple[GenerationState, ...]


class Replay(Protocol):
    recorded: dict[str, set[UUID]]


class Noted(Protocol):
    touched: list[str]
    confirmed: list[str]
    old: bool
    restated: list[tuple[str, str]]
    deleted: set[str]
    after_restating: Callable[[str, str], None]


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


def test_what_was_noted_is_confirmed_once_it_is_written_and_before_it_counts(
    projection: Projection, noted: Noted, boards: Boards, counted: Counted
) -> None:
    envelopes = [make_envelope(board, [make_fact("ann", 5, NOW)]) for board in ("race", "chess", "nobody")]
    noted.old = True
    with pytest.raises(UnavailableError, match="too old"):
        applied(projection, *envelopes)
    assert noted.touched == ["chess", "race"]
    assert len(boards.folded) == 2
    assert counted("ranker_facts_total") == 0
    noted.old = False
    assert applied(projection, *envelopes) == [Outcome.UNCHANGED, Outcome.UNCHANGED, Outcome.UNDEFINED]
    assert noted.confirmed == ["chess", "race"]


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


def test_players_of_an_ambiguous_envelope_are_drawn_and_the_ledger_then_says_what_is_there(
    projection: Projection, boards: Boards, states: States, noted: Noted, replay: Replay, counted: Counted
) -> None:
    there, missing = make_fact("ann", 5, NOW), make_fact("bob", 6, NOW)
    envelope = make_envelope("sums", [there, missing])
    boards.forgotten, replay.recorded = {envelope.envelope_id}, {"20:20:": {there.event_id}}

    def draw(_board: str, _player: str) -> None:
        horizon = Horizon(UUID(int=0), "20:20:", NOW + timedelta(seconds=35), hidden=False)
        states.generations = (GenerationState(1, 1, None, None, dict.fromkeys(["ann", "bob"], horizon)),)

    noted.after_restating = draw
    assert applied(projection, envelope) == [Outcome.FOLDED]
    assert noted.restated == [("sums", "ann"), ("sums", "bob")]
    assert [fact.score for each in boards.folded for fact in each.facts] == [6]
    assert counted("ranker_refused_total", reason="ambiguous") == 1


def test_an_ambiguous_envelope_of_a_deleted_board_is_done(projection: Projection, boards: Boards, noted: Noted) -> None:
    envelope = make_envelope("sums", [make_fact("ann", 5, NOW)])
    boards.forgotten, noted.deleted = {envelope.envelope_id}, {"sums"}
    assert applied(projection, envelope) == [Outcome.UNCHANGED]
    assert boards.folded == []


def test_an_ambiguous_envelope_whose_drawing_must_wait_is_postponed_and_its_mates_are_folded(
    projection: Projection, boards: Boards, noted: Noted
) -> None:
    envelope, mate = (
        make_envelope("sums", [make_fact("ann", 5, NOW)]),
        make_envelope("sums", [make_fact("bob", 5, NOW)]),
    )
    boards.forgotten = {envelope.envelope_id}

    def wait(_board: str, _player: str) -> None:
        raise UnendedError("somebody writes")

    noted.after_restating = wait
    assert applied(projection, envelope, mate) == [Outcome.POSTPONED, Outcome.FOLDED]
    assert boards.folded == [mate]
