"""The ledger answers every question about a board as the boards do."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_contracts import ALL_TIME, MAX_SCORE, BoardOptions, Fact, Ranking, StandingsPage, View
from ledgerboard_ledger import LedgerReader
from ledgerboard_ledger.standings import LedgerStandings
from ledgerboard_testkit.memory import FixedClock, MemoryStandings
from tests.integration.boards.games import NOW, PLAYERS, facts
from tests.integration.ledger.standings_model import histories, options, record, views_on

_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
_sizes = st.integers(0, 3) | st.integers(0, 30)
_scores = st.integers(-3, 3) | st.sampled_from([MAX_SCORE, -MAX_SCORE, 2 * MAX_SCORE, 2**64])


@pytest.fixture(scope="module")
def ledger(engine: Engine) -> LedgerStandings:
    return LedgerStandings(LedgerReader(engine, engine))


@settings(max_examples=150, deadline=None, suppress_health_check=_SLOW)
@given(data=st.data(), choice=options, history=histories, ranking=st.sampled_from(Ranking))
def test_every_read_is_what_the_boards_would_say(
    engine: Engine,
    ledger: LedgerStandings,
    data: st.DataObject,
    choice: BoardOptions,
    history: list[Fact],
    ranking: Ranking,
) -> None:
    board = record(engine, history)
    memory = MemoryStandings(FixedClock(NOW))
    memory.add(board, *history)
    views = sorted(views_on(board, history, choice) | {View(board, ALL_TIME)}, key=str)
    view = data.draw(st.sampled_from([view for view in views if not _expired(view)]))
    arguments = _arguments(data)
    for name, more in arguments.items():
        asked = (view, choice, *more, ranking)
        assert getattr(ledger, name)(*asked) == getattr(memory, name)(*asked), name
    several = [(each, choice) for each in views if not _expired(each)][:3]
    player = data.draw(st.sampled_from(PLAYERS))
    assert ledger.standings_of(player, several, ranking) == memory.standings_of(player, several, ranking)
    assert ledger.top(view, choice).standings == memory.page(view, choice, 0, 100).standings


def _arguments(data: st.DataObject) -> dict[str, tuple[Any, ...]]:
    """What each read is asked besides the view and the ranking."""
    player, start, size = data.draw(st.sampled_from(PLAYERS)), data.draw(_sizes), data.draw(_sizes)
    bounds = data.draw(st.tuples(st.none() | _scores, st.none() | _scores))
    return {
        "page": (start, start + size),
        "last": (size,),
        "by_score": (bounds, start, size),
        "around_player": (player, size),
        "around_score": (data.draw(_scores), size),
        "standing": (player,),
        "placing": (player,),
        "listed": (data.draw(st.lists(st.sampled_from([*PLAYERS, "nobody"]))),),
        "hypothetical": (data.draw(facts),),
    }


def _expired(view: View) -> bool:
    return view.span.expires_at is not None and view.span.expires_at <= NOW


def test_a_board_on_which_nobody_played_is_empty(ledger: LedgerStandings) -> None:
    view, choice = View("nowhere", ALL_TIME), BoardOptions()
    assert ledger.page(view, choice, 0, 10) == StandingsPage(standings=(), total=0)
    assert ledger.standing(view, choice, "ann") is None
    assert ledger.around_player(view, choice, "ann", 3) is None
    assert ledger.listed(view, choice, []) == []


def test_negative_numbers_are_refused(ledger: LedgerStandings) -> None:
    view, choice = View("nowhere", ALL_TIME), BoardOptions()
    for read in (
        lambda: ledger.page(view, choice, -1, 5),
        lambda: ledger.last(view, choice, -1),
        lambda: ledger.by_score(view, choice, (None, None), -1, 1),
        lambda: ledger.by_score(view, choice, (None, None), 0, -1),
        lambda: ledger.around_player(view, choice, "ann", -1),
        lambda: ledger.around_score(view, choice, 0, -1),
    ):
        with pytest.raises(ValueError, match="must not be negative"):
            read()
