"""A period closes once, with the ranks that the ledger had, and those who are to be told are written down with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from ledgerboard_contracts import (
    BoardDefinition,
    BoardOptions,
    Fact,
    Order,
    Period,
    Policy,
    Season,
    Span,
    span_containing,
    span_from_key,
)
from ledgerboard_ledger import (
    Closings,
    Endpoints,
    FinalStandings,
    Hook,
    LedgerWriter,
    Outbox,
    PostgresDefinitions,
    PostgresHooks,
    SqlFold,
)
from ledgerboard_testkit.events import NOON, envelope, fact

START = NOON - timedelta(days=1)
SEASON = Season(key="autumn", start=START, end=NOON + timedelta(hours=1))
DAYS = timedelta(days=18)
SKEW = timedelta(seconds=30)


@pytest.fixture
def closings(engine: Engine) -> Closings:
    return Closings(engine, SqlFold(engine))


@pytest.fixture
def finals(engine: Engine) -> FinalStandings:
    return FinalStandings(Endpoints(engine, engine))


@pytest.fixture
def board(engine: Engine) -> Callable[..., BoardDefinition]:
    """Makes a board with one season."""

    def make(**options: object) -> BoardDefinition:
        chosen = BoardOptions(seasons=(SEASON,), **options)  # type: ignore[arg-type]  # A test's own words.
        return PostgresDefinitions(engine).define(f"race-{uuid4().hex[:8]}", chosen)[0]

    return make


def season(definition: BoardDefinition) -> Span:
    return span_from_key(Period.SEASON, "autumn", definition.options.calendar)


def play(engine: Engine, definition: BoardDefinition, *facts: Fact) -> None:
    LedgerWriter(engine).append([envelope(*facts, board=definition.board)], [])


def test_the_final_ranks_are_those_of_the_ledger(
    engine: Engine, closings: Closings, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board(order=Order.ASC)
    play(engine, definition, fact("ada", 30), fact("bob", 20), fact("ada", 10), fact("eve", 20))
    play(engine, definition, fact("late", 1, at=SEASON.end), fact("early", 1, at=START - timedelta(seconds=1)))
    number = closings.close(definition, season(definition))
    assert number is not None
    found = [(each.rank, each.player, each.score) for each in finals.page(number, None, 10)]
    assert found == [(0, "ada", 10), (1, "bob", 20), (2, "eve", 20)]
    assert [each.player for each in finals.page(number, 0, 1)] == ["bob"]
    eve = finals.standing(number, "eve")
    assert eve is not None
    assert (eve.position, eve.achieved_at) == (3, NOON)
    assert finals.standing(number, "late") is None
    closed = finals.closing(definition.board, Period.SEASON, "autumn")
    assert closed is not None
    assert (closed.number, closed.entries, closed.ends_at, closed.late_facts) == (number, 3, SEASON.end, 0)
    assert finals.seasons(definition.board) == [closed]


def test_a_sum_beyond_64_bits_is_kept_exactly(
    engine: Engine, closings: Closings, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board(policy=Policy.TOTAL)
    play(engine, definition, *(fact("ada", 2**53 - 1) for _ in range(1_100)))
    number = closings.close(definition, season(definition))
    assert number is not None
    assert [each.score for each in finals.page(number, None, 2)] == [1_100 * (2**53 - 1)]


def test_many_who_close_a_period_at_once_close_it_once(
    engine: Engine, closings: Closings, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board()
    play(engine, definition, fact("ada"))
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: closings.close(definition, season(definition)), range(6)))
    assert len([number for number in made if number is not None]) == 1
    assert len(finals.seasons(definition.board)) == 1


def test_a_closing_that_fails_half_way_leaves_nothing(
    engine: Engine, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board()
    play(engine, definition, fact("ada"))

    class Broken(SqlFold):
        def rows(self, *arguments: object, **options: object):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- as the base has it
            yield from super().rows(*arguments, **options)  # type: ignore[arg-type]  # Handed on.
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        Closings(engine, Broken(engine)).close(definition, season(definition))
    assert finals.seasons(definition.board) == []
    assert Closings(engine, SqlFold(engine)).close(definition, season(definition)) is not None


def test_a_fact_that_comes_late_is_told_of_and_changes_no_rank(
    engine: Engine, closings: Closings, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board()
    play(engine, definition, fact("ada", 1))
    number = closings.close(definition, season(definition))
    assert number is not None
    recently = datetime.now(UTC) - timedelta(minutes=5)
    closings.count_late(recently, DAYS * 10_000, SKEW)
    assert finals.seasons(definition.board)[0].late_facts == 0
    play(engine, definition, fact("bob", 9), fact("eve", 9, at=SEASON.end))
    assert closings.count_late(recently, DAYS * 10_000, SKEW) >= 1
    assert finals.seasons(definition.board)[0].late_facts == 1
    assert [each.player for each in finals.page(number, None, 10)] == ["ada"]


def test_an_empty_season_closes_and_an_empty_day_does_not(
    closings: Closings, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board()
    assert closings.close(definition, span_containing(Period.DAY, NOON)) is None
    assert finals.closing(definition.board, Period.DAY, "2026-11-21") is None
    assert closings.close(definition, season(definition)) is not None
    assert closings.closed(definition.board) == {("season", "autumn")}


def test_a_day_keeps_its_first_places(
    engine: Engine, closings: Closings, finals: FinalStandings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board()
    play(engine, definition, *(fact(f"p{score}", score) for score in range(5)))
    number = closings.close(definition, span_containing(Period.DAY, NOON), depth=2)
    assert number is not None
    assert [each.player for each in finals.page(number, None, 10)] == ["p4", "p3"]


def test_a_closing_writes_a_delivery_for_each_hook_that_wants_it(
    engine: Engine, closings: Closings, board: Callable[..., BoardDefinition]
) -> None:
    definition, hooks, outbox = board(), PostgresHooks(engine), Outbox(engine)
    assert hooks.put(Hook(hook="prizes", url="https://a/b", events=("season.closed",), secret="prizes"))  # noqa: S106 -- a name
    assert hooks.put(Hook(hook="days", url="https://a/c", events=("day.closed",), secret="days"))  # noqa: S106 -- a name
    number = closings.close(definition, season(definition))
    assert [(each.hook, each.closing) for each in outbox.list("pending", None, 10)] == [("prizes", number)]
    assert closings.close(definition, season(definition)) is None
    assert len(outbox.list(None, None, 10)) == 1
    assert hooks.delete("prizes")
    assert hooks.delete("days")
    assert outbox.list(None, None, 10) == []


def test_progress_is_remembered_and_never_goes_back(closings: Closings, board: Callable[..., BoardDefinition]) -> None:
    name = board().board
    made = closings.closed_until([name, "nobody"])
    assert set(made) == {name}
    later = made[name] + timedelta(days=2)
    closings.remember([name], later)
    closings.remember([name], later - timedelta(days=1))
    assert closings.closed_until([name]) == {name: later}


def test_it_is_known_whether_a_board_was_played_in_a_span(
    engine: Engine, closings: Closings, board: Callable[..., BoardDefinition]
) -> None:
    definition = board()
    day = span_containing(Period.DAY, NOON)
    assert not closings.was_played(definition.board, day, SKEW)
    play(engine, definition, fact())
    assert closings.was_played(definition.board, day, SKEW)
    assert not closings.was_played(definition.board, span_containing(Period.DAY, NOON + timedelta(days=2)), SKEW)
    assert closings.has_accepted_since(NOON)
    assert not closings.has_accepted_since(datetime(2090, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("change", ["UPDATE final_standings SET score = 1", "DELETE FROM final_standings"])
def test_final_standings_refuse_every_change(
    engine: Engine, closings: Closings, board: Callable[..., BoardDefinition], change: str
) -> None:
    definition = board()
    play(engine, definition, fact())
    closings.close(definition, season(definition))
    with engine.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(change))
