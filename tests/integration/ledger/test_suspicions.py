"""The same plays are suspect in the end, in whatever order, cut and repetition they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledgerboard_contracts import (
    AttemptPeriod,
    BoardOptions,
    CorrectionKind,
    Fact,
    FactEnvelope,
    MaxAttempts,
    MaxGain,
    OnSuspicion,
    Order,
)
from ledgerboard_ledger import LedgerWriter, PostgresDefinitions, PostgresSuspicions
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, fact
from tests.integration.ledger.suspects_model import Played, suspects

START = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
"""In the night in which the clocks of Paris go back."""

GAINS = st.none() | st.builds(MaxGain, score=st.integers(0, 60), seconds=st.sampled_from([1, 60, 4000, 90_000]))
ATTEMPTS = st.none() | st.builds(MaxAttempts, plays=st.integers(1, 4), period=st.sampled_from(AttemptPeriod))
OPTIONS = st.builds(
    BoardOptions, order=st.sampled_from(Order), max_gain=GAINS, max_attempts=ATTEMPTS, title=st.just("ruled"),
    time_zone=st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata"]), on_suspicion=st.sampled_from(OnSuspicion),
)  # fmt: skip
PLAYS = st.tuples(
    st.sampled_from(["ada", "bob"]), st.integers(0, 100), st.sampled_from([None, "1"]), st.integers(0, 1),
    st.one_of(st.integers(0, 90), st.integers(0, 9 * 24 * 3600)),
)  # fmt: skip


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


def state(engine: Engine, board: str) -> dict[str, tuple[list[str], str]]:
    asked = text("SELECT event_id::text, rules, state FROM reviews WHERE board = :board")
    with engine.connect() as connection:
        return {row.event_id: (row.rules, row.state) for row in connection.execute(asked, {"board": board})}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.tuples(OPTIONS, OPTIONS), plays=st.lists(PLAYS, min_size=1, max_size=9), data=st.data())
def test_what_is_suspect_does_not_depend_on_how_it_came(
    engine: Engine, versions: tuple[BoardOptions, BoardOptions], plays: list[tuple[str, int, str | None, int, int]],
    data: st.DataObject,
) -> None:  # fmt: skip
    definitions, writer, suspicions = PostgresDefinitions(engine), LedgerWriter(engine), PostgresSuspicions(engine)
    board = f"board-{uuid4().hex[:12]}"
    numbers = [definitions.define(board, each)[0].version for each in versions]
    played = [
        (Played(fact(player, score, at=START + timedelta(seconds=at), level=level), versions[n]), numbers[n])
        for player, score, level, n, at in plays
    ]
    wanted = suspects([each for each, _ in played])
    sent = [envelope(each.fact, board=board, board_version=number) for each, number in played]
    again = data.draw(st.lists(st.sampled_from(sent), max_size=4))
    for batch in _cut(data, data.draw(st.permutations([*sent, *again]))):
        writer.append(batch, [])
        suspicions.look(batch)
    options = {str(each.fact.event_id): each.options for each, _ in played}
    assert state(engine, board) == {
        event_id: (rules, "refused" if options[event_id].on_suspicion is OnSuspicion.REFUSE else "open")
        for event_id, rules in wanted.items()
    }


def _cut(data: st.DataObject, envelopes: Sequence[FactEnvelope]) -> Sequence[Sequence[FactEnvelope]]:
    at = data.draw(st.integers(0, len(envelopes)))
    return [part for part in (envelopes[:at], envelopes[at:]) if part]


GAIN = BoardOptions(max_gain=MaxGain(score=50, seconds=60))


def _play(engine: Engine, board: str, options: BoardOptions, *plays: Fact) -> Sequence[FactEnvelope]:
    version = PostgresDefinitions(engine).define(board, options)[0].version
    sent = [envelope(*plays, board=board, board_version=version)]
    LedgerWriter(engine).append(sent, [])
    return sent


def test_a_refused_play_gets_the_same_void_at_every_look(engine: Engine, board: str) -> None:
    low, high = fact("ada", 1), fact("ada", 100)
    sent = _play(engine, board, replace(GAIN, on_suspicion=OnSuspicion.REFUSE), low, high)
    first, again = (PostgresSuspicions(engine).look(sent) for _ in range(2))
    assert (first.suspects, again.suspects) == (1, 0)
    (void,) = first.corrections
    assert again.corrections == first.corrections
    assert (void.kind, void.author, void.event_id) == (CorrectionKind.VOID, "rules", high.event_id)
    assert (void.board, void.player, void.reason) == (board, "ada", "suspect by max_gain")
    assert LedgerWriter(engine).correct(first.corrections) == LedgerWriter(engine).correct(again.corrections)


def test_whoever_recorded_the_later_play_first_finds_it_once_the_earlier_one_comes(engine: Engine, board: str) -> None:
    low, high = fact("ada", 1), fact("ada", 100)
    suspicions = PostgresSuspicions(engine)
    assert suspicions.look(_play(engine, board, GAIN, high)).suspects == 0
    assert suspicions.look(_play(engine, board, GAIN, low)).suspects == 1
    assert state(engine, board) == {str(high.event_id): (["max_gain"], "open")}


def test_a_board_without_rules_is_asked_about_once_and_then_costs_no_statement(engine: Engine, board: str) -> None:
    suspicions = PostgresSuspicions(engine)
    sent = _play(engine, board, BoardOptions(), fact("ada", 1), fact("ada", 100))
    suspicions.look(sent)
    unconnected = PostgresSuspicions(engine)
    unconnected._engine = None  # type: ignore[assignment]  # noqa: SLF001 -- any statement would fail.
    with pytest.raises(AttributeError):
        unconnected.look(sent)
    suspicions._engine = None  # type: ignore[assignment]  # noqa: SLF001 -- likewise.
    assert suspicions.look(sent).suspects == 0


def test_what_an_erased_player_did_is_not_looked_at(engine: Engine, board: str) -> None:
    player = f"jo-{uuid4().hex}"
    sent = _play(engine, board, GAIN, fact(player, 1, at=NOON), fact(player, 100, at=NOON))
    suspicions = PostgresSuspicions(engine)
    assert suspicions.look(sent).suspects == 1
    LedgerWriter(engine).correct([correction(CorrectionKind.ERASE, player=player)])
    assert suspicions.look(sent).suspects == 0
    assert state(engine, board) == {}
