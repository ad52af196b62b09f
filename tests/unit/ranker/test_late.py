"""Which facts a generation still has to be given, fact by fact."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import pytest

from ledgerboard_boards import FoldOrder, GenerationState, Horizon, envelope_time
from ledgerboard_contracts import FactEnvelope
from ledgerboard_ranker.arrivals import Arrival
from ledgerboard_ranker.projection import Projection
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNTIL = NOW - timedelta(minutes=1)
BEFORE = UNTIL - timedelta(seconds=1)
OPENED = GenerationState(1, 1, "10:10:", UNTIL)


class Boards(Protocol):
    folded: list[FactEnvelope]
    orders: list[FoldOrder]
    state_version: int
    calls: int


class States(Protocol):
    generations: tuple[GenerationState, ...]


class Replay(Protocol):
    recorded: dict[str, set[UUID]]
    void: set[UUID]
    forgotten: set[UUID]
    reset: datetime | None
    asked: int


def players(boards: Boards) -> list[list[str]]:
    return [[fact.player for fact in each.facts] for each in boards.folded]


@pytest.mark.parametrize("board", ["chess", "sums"])
def test_late_facts_that_the_snapshot_holds_or_that_do_not_count_are_left_out(
    projection: Projection, boards: Boards, states: States, replay: Replay, board: str
) -> None:
    states.generations = (OPENED,)
    held, void, gone, missing = (make_fact(name, 5, BEFORE) for name in ("held", "void", "gone", "missing"))
    replay.recorded["10:10:"], replay.void, replay.forgotten = {held.event_id}, {void.event_id}, {gone.event_id}
    projection.apply([Arrival(make_envelope(board, [held, void, gone, missing, make_fact("new", 5, NOW)]))])
    expected = [["missing", "new"]] if board == "chess" else [["missing"], ["new"]]
    assert players(boards) == expected


@pytest.mark.parametrize(("after", "is_late"), [(timedelta(0), True), (timedelta(milliseconds=1), False)])
@pytest.mark.parametrize("of_player", [True, False])
def test_a_fact_of_the_very_moment_of_a_horizon_is_late(
    projection: Projection, states: States, replay: Replay, after: timedelta, *, of_player: bool, is_late: bool
) -> None:
    horizon = Horizon(UUID(int=7), "20:20:", UNTIL, hidden=False)
    states.generations = (GenerationState(1, 1, None, None, {"ann": horizon}) if of_player else OPENED,)
    projection.apply([Arrival(make_envelope("chess", [make_fact("ann", 5, UNTIL + after)]))])
    assert (replay.asked > 0) is is_late


def test_facts_on_time_ask_nobody(projection: Projection, states: States, replay: Replay) -> None:
    states.generations = (OPENED,)
    projection.apply([Arrival(make_envelope("chess", [make_fact("new", 5, NOW)]))])
    assert replay.asked == 0


def test_what_was_accepted_before_a_reset_stays_out(
    projection: Projection, boards: Boards, states: States, replay: Replay
) -> None:
    states.generations, replay.reset = (OPENED,), BEFORE
    facts = [make_fact("ann", 5, BEFORE), make_fact("bob", 5, BEFORE + timedelta(milliseconds=1))]
    projection.apply([Arrival(make_envelope("chess", facts))])
    assert players(boards) == [["bob"]]


def test_a_total_adds_a_late_fact_alone_and_the_rest_by_the_time_of_the_whole_envelope(
    projection: Projection, boards: Boards, states: States
) -> None:
    states.generations = (OPENED,)
    envelope = make_envelope("sums", [make_fact("bob", 5, NOW), make_fact("ann", 5, BEFORE)])
    projection.apply([Arrival(envelope)])
    alone, rest = boards.orders
    assert alone.envelope.envelope_id != rest.envelope.envelope_id == envelope.envelope_id
    assert (alone.accepted_at, rest.accepted_at) == (None, envelope_time(envelope))


@pytest.mark.parametrize("drawn_at", [None, NOW])
def test_a_late_fact_of_a_restated_player_cannot_have_been_added_before_the_drawing(
    projection: Projection, boards: Boards, states: States, drawn_at: datetime | None
) -> None:
    horizon = Horizon(UUID(int=7), "20:20:", UNTIL, hidden=False, drawn_at=drawn_at)
    states.generations = (GenerationState(1, 1, None, None, {"ann": horizon}),)
    projection.apply([Arrival(make_envelope("sums", [make_fact("ann", 5, BEFORE)]))])
    assert [(order.since, len(order.envelope.facts)) for order in boards.orders] == [(drawn_at, 1), (None, 0)]


def test_a_hidden_player_is_left_out_and_a_restated_one_is_asked_about_by_the_horizon_of_their_own(
    projection: Projection, boards: Boards, states: States, replay: Replay
) -> None:
    horizons = {name: Horizon(UUID(int=7), "20:20:", UNTIL, hidden=name == "eve") for name in ("ann", "eve")}
    states.generations = (GenerationState(1, 1, None, None, horizons),)
    held, missing = make_fact("ann", 5, BEFORE), make_fact("ann", 6, BEFORE)
    replay.recorded["20:20:"] = {held.event_id}
    projection.apply([Arrival(make_envelope("chess", [held, missing, make_fact("eve", 9, NOW)]))])
    assert [fact.score for each in boards.folded for fact in each.facts] == [6]


def test_a_fold_by_an_old_state_is_done_again_by_the_new_one(
    projection: Projection, boards: Boards, states: States
) -> None:
    projection.apply([Arrival(make_envelope("chess", [make_fact("ann", 5, NOW)]))])
    boards.state_version, states.generations = 2, (GenerationState(1, 1), GenerationState(2, 1, "10:10:", UNTIL))
    projection.apply([Arrival(make_envelope("chess", [make_fact("bob", 5, NOW)]))])
    assert players(boards) == [["ann"], ["bob"], ["bob"]]
    assert boards.calls == 3
