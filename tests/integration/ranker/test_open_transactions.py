"""A transaction that stays open holds up what must wait for it, and nothing that only travels with that."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from ledgerboard_contracts import (
    BoardOptions,
    CorrectionKind,
    FactEnvelope,
    FactsMessage,
    Policy,
    RecordedMessage,
    Restatement,
    RestatementsMessage,
    wire,
)
from ledgerboard_infra.stream import Done, Later, Message
from ledgerboard_ledger import Snapshots
from ledgerboard_ranker.worker import FactsHandler
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.memory import FixedClock, MemorySender
from ledgerboard_testkit.plays import make_envelope, make_fact
from tests.integration.ranker.mortals import Fuse
from tests.integration.ranker.rebuild_scene import Scene, expected, plays
from tests.integration.ranker.workers import Workers

TOTAL = BoardOptions(policy=Policy.TOTAL)


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


@pytest.fixture
def ranker(scene: Scene) -> FactsHandler:
    """One that waits for a moment only."""
    clock = FixedClock(datetime.now(UTC))
    snapshots = Snapshots(scene.engine, most_seconds=0.05)
    return Workers(scene.client, scene.engine, scene.stage, clock, Fuse(), MemorySender(), snapshots).ranker


@pytest.fixture
def writing(scene: Scene) -> Iterator[Connection]:
    """Somebody who wrote facts and does not come to an end."""
    with scene.engine.connect() as connection:
        connection.execute(text("INSERT INTO facts SELECT * FROM facts LIMIT 1 ON CONFLICT DO NOTHING"))
        yield connection
        connection.rollback()


def facts_of(*envelopes: FactEnvelope) -> Message:
    return message(wire.encode(FactsMessage(envelopes=envelopes)))


def restatement(board: str, player: str) -> Message:
    asked = (Restatement(board=board, player=player),)
    return message(wire.encode(RestatementsMessage(restatements=asked, correlation_id="c")))


def message(body: str) -> Message:
    return Message(body=body, message_id=uuid4().hex, receive_count=1, sent_at=datetime.now(UTC))


def voided(scene: Scene, board: str) -> str:
    """A player of whom a play was recorded and voided, which no board shows yet."""
    play = make_fact("ann", 9, datetime.now(UTC))
    scene.play(board, [play])
    scene.writer.correct([correction(CorrectionKind.VOID, board=board, player="ann", event_id=play.event_id)])
    return play.player


def test_scores_flow_while_a_restatement_waits_for_a_transaction_that_stays_open(
    scene: Scene, ranker: FactsHandler, writing: Connection
) -> None:
    board, flowing = scene.board(policy=Policy.TOTAL), plays(20)
    ann = voided(scene, board)
    batch = [restatement(board, ann), facts_of(make_envelope(board, flowing))]
    later, done = ranker.handle(batch)
    assert isinstance(later, Later)
    assert done == Done()
    shown = {each.player: each.score for each in scene.shown(board, TOTAL)}
    assert shown.pop(ann) == 9
    assert shown == {each.player: each.score for each in expected(board, flowing, TOTAL)}
    writing.rollback()
    assert ranker.handle([batch[0]]) == [Done()]
    assert ann not in {each.player for each in scene.shown(board, TOTAL)}


@pytest.mark.usefixtures("writing")
def test_a_fact_told_again_waits_alone_too(scene: Scene, ranker: FactsHandler) -> None:
    board, other, flowing = scene.board(policy=Policy.TOTAL), scene.board(policy=Policy.TOTAL), plays(5)
    play = make_fact(voided(scene, board), 5, datetime.now(UTC))
    told = message(wire.encode(RecordedMessage(envelopes=(make_envelope(board, [play]),))))
    later, done = ranker.handle([told, facts_of(make_envelope(other, flowing))])
    assert isinstance(later, Later)
    assert done == Done()
    assert scene.shown(other, TOTAL) == expected(other, flowing, TOTAL)


def test_who_wrote_no_facts_holds_up_nobody(scene: Scene, ranker: FactsHandler) -> None:
    board = scene.board(policy=Policy.TOTAL)
    ann = voided(scene, board)
    with scene.engine.connect() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        assert ranker.handle([restatement(board, ann)]) == [Done()]
        connection.rollback()
    assert scene.shown(board, TOTAL) == ()


@pytest.mark.usefixtures("writing")
def test_a_lost_board_waits_while_others_go_on(scene: Scene, ranker: FactsHandler) -> None:
    lost, other, flowing = scene.board(policy=Policy.TOTAL), scene.board(policy=Policy.TOTAL), plays(5)
    generation, made = scene.generations.adopt(lost, 1)
    assert made
    with scene.engine.begin() as connection:
        connection.execute(
            text("UPDATE generations SET requested_at = now() - interval '1 hour' WHERE board = :board"),
            {"board": lost},
        )
    later, done = ranker.handle([facts_of(make_envelope(lost, flowing)), facts_of(make_envelope(other, flowing))])
    assert isinstance(later, Later), generation
    assert done == Done()
    assert scene.shown(other, TOTAL) == expected(other, flowing, TOTAL)
