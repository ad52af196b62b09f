"""What goes with a closing: who is to be told, how far closing has come, and that what is closed stays."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from ledgerboard_contracts import Correction, CorrectionKind, Period, span_containing
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import Hook, LedgerWriter, Month, Outbox, Partitions, PostgresCorrections, PostgresHooks
from ledgerboard_testkit.events import NOON, event_id, fact, rejection
from tests.integration.ledger.closing_scene import SEASON, SKEW, Scene, season


@pytest.fixture
def scene(engine: Engine) -> Scene:
    return Scene(engine)


def test_a_closing_writes_a_delivery_for_each_hook_that_wants_it(scene: Scene) -> None:
    definition, hooks, outbox = scene.board(), PostgresHooks(scene.engine), Outbox(scene.engine)
    assert hooks.put(Hook(hook="prizes", url="https://a/b", events=("season.closed",), secret="prizes"))  # noqa: S106 -- a name
    assert hooks.put(Hook(hook="days", url="https://a/c", events=("day.closed",), secret="days"))  # noqa: S106 -- a name
    number = scene.closings.close(definition, season(definition))
    assert [(each.hook, each.closing) for each in outbox.list("pending", None, 10)] == [("prizes", number)]
    assert scene.closings.close(definition, season(definition)) is None
    assert len(outbox.list(None, None, 10)) == 1
    assert hooks.delete("prizes")
    assert hooks.delete("days")
    assert outbox.list(None, None, 10) == []


def test_progress_is_remembered_and_never_goes_back(scene: Scene) -> None:
    name = scene.board().board
    made = scene.closings.closed_until([name, "nobody"])
    assert set(made) == {name}
    later = made[name] + timedelta(days=2)
    scene.closings.remember([name], later)
    scene.closings.remember([name], later - timedelta(days=1))
    assert scene.closings.closed_until([name]) == {name: later}


def test_it_is_known_whether_a_board_was_played_in_a_span(scene: Scene) -> None:
    definition = scene.board()
    day = span_containing(Period.DAY, NOON)
    assert not scene.closings.was_played(definition.board, day, SKEW)
    scene.play(definition, fact())
    assert scene.closings.was_played(definition.board, day, SKEW)
    assert not scene.closings.was_played(definition.board, span_containing(Period.DAY, NOON + timedelta(days=2)), SKEW)


def test_an_event_from_the_future_tells_nothing_when_its_time_has_come(scene: Scene) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    Partitions(scene.engine).ensure([Month.containing(at)])
    added = text("""
        INSERT INTO facts (event_id, board, board_version, player, score, occurred_at, envelope_id, recorded_at)
        VALUES (:event_id, 'elsewhere', 1, 'ada', 1, :at, gen_random_uuid(), :at - interval '1 day')
    """)
    with scene.engine.begin() as connection:
        connection.execute(added, {"event_id": event_id(at), "at": at})
    assert not scene.closings.has_accepted_since(at, SKEW)


def test_what_was_accepted_later_tells_that_the_road_has_moved_on(scene: Scene) -> None:
    definition, now = scene.board(), datetime.now(UTC)
    assert not scene.closings.has_accepted_since(now, SKEW)
    scene.play(definition, fact(at=now - timedelta(seconds=1)))
    assert not scene.closings.has_accepted_since(now, SKEW)
    scene.play(definition, fact(at=now + SKEW / 2))
    assert scene.closings.has_accepted_since(now, SKEW)
    LedgerWriter(scene.engine).append([], [rejection(at=now + SKEW * 2 / 3)])
    assert scene.closings.has_accepted_since(now + SKEW * 0.6, SKEW)
    assert not scene.closings.has_accepted_since(now + SKEW * 0.7, SKEW)


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=400)])
def test_an_event_from_the_future_tells_nothing(scene: Scene, ahead: timedelta) -> None:
    moment = datetime.now(UTC) + 2 * SKEW  # Later than what the other tests played.
    scene.play(scene.board(), fact(at=moment + ahead))
    assert not scene.closings.has_accepted_since(moment, SKEW)


@pytest.mark.parametrize("change", ["UPDATE final_standings SET score = 1", "DELETE FROM final_standings"])
def test_final_standings_refuse_every_change(scene: Scene, change: str) -> None:
    definition = scene.board()
    scene.play(definition, fact())
    scene.closings.close(definition, season(definition))
    with scene.engine.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(change))


def test_an_erased_player_keeps_the_place_and_loses_the_name(scene: Scene) -> None:
    definition, name = scene.board(), f"ada-{uuid4().hex}"
    scene.play(definition, fact(name, 9), fact("bob", 5))
    number = scene.closings.close(definition, season(definition))
    assert number is not None
    now = SEASON.end + timedelta(hours=1)
    PostgresCorrections(scene.engine).correct(
        [
            Correction(
                correction_id=new_uuid7(now), kind=CorrectionKind.ERASE, occurred_at=now, reason="asked", author="desk",
                player=name,
            )
        ]
    )  # fmt: skip
    first, second = scene.finals.page(number, None, 10)
    assert (first.rank, first.score, second.player) == (0, 9, "bob")
    assert name not in first.player
    assert scene.finals.standing(number, name) is None
