"""What goes with a closing: who is to be told, how far closing has come, and that what is closed stays."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from ledgerboard_contracts import Correction, CorrectionKind, Period, span_containing
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import Hook, Outbox, PostgresCorrections, PostgresHooks
from ledgerboard_testkit.events import NOON, fact
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
    assert scene.closings.has_accepted_since(NOON)
    assert not scene.closings.has_accepted_since(datetime(2090, 1, 1, tzinfo=UTC))


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
