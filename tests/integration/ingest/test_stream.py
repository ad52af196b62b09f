"""Ingest over real queues and a real database: what goes in comes out once judged, and nothing is lost on the way."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

from ledgerboard_contracts import (
    BoardOptions,
    FactEnvelope,
    RejectionsMessage,
    SubmissionEnvelope,
    wire,
)
from ledgerboard_infra.health import OpsServer
from ledgerboard_testkit.bodies import facts_of
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.submissions import submission, submission_envelope
from tests.integration.ingest.conftest import Stage


def taken(queue: RealQueue, count: int) -> list[str]:
    """The next ``count`` bodies of a queue."""
    bodies: list[str] = []

    def receive() -> bool:
        bodies.extend(str(message["Body"]) for message in queue.receive())
        return len(bodies) >= count

    eventually(receive, what=f"{count} messages")
    return bodies


def envelopes(bodies: list[str]) -> list[FactEnvelope]:
    return [envelope for body in bodies for envelope in facts_of(body)]


def board_of(stage: Stage, options: BoardOptions | None = None) -> str:
    board = f"board-{uuid4().hex}"
    stage.definitions.define(board, options or BoardOptions())
    return board


def asked(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 -- our own loopback server
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


def readiness(ops: OpsServer) -> tuple[int, dict[str, Any]]:
    return asked(f"http://127.0.0.1:{ops.port}/readyz")


def test_facts_reach_rank_and_history_alike_and_the_submissions_are_deleted(stage: Stage) -> None:
    board = board_of(stage)
    source = submission_envelope(*(submission(number, board=board) for number in range(500)))
    stage.submissions.send(wire.encode(source))
    with stage.ingest():
        (ranked,), (recorded,) = taken(stage.rank, 1), taken(stage.history, 1)
        assert ranked == recorded
        assert len(envelopes([ranked])[0].facts) == 500
        eventually(stage.submissions.is_empty, what="an empty queue")


def test_a_refused_score_reaches_history_as_a_rejection(stage: Stage) -> None:
    board = board_of(stage, BoardOptions(max_score=10))
    stage.submissions.send(wire.encode(submission_envelope(submission(1, board=board, score=11))))
    with stage.ingest():
        (body,) = taken(stage.history, 1)
    message = wire.HISTORY.decode(body)
    assert isinstance(message, RejectionsMessage)
    assert message.rejections[0].detail == "the score 11 is above this board's maximum of 10"
    assert stage.rank.is_empty()


def test_garbage_and_broken_members_are_dead_lettered_with_reasons_and_harm_nobody(stage: Stage) -> None:
    board = board_of(stage)
    good = wire.encode(submission_envelope(submission(1, board=board)))
    document = json.loads(good)
    document["submissions"].append({"score": "none"})
    stage.submissions.send("garbage", good, json.dumps(document))
    with stage.ingest():
        eventually(stage.submissions.is_empty, what="an empty queue")
    dead = stage.submissions.dead_letters()
    assert set(dead) == {"garbage", '{"score": "none"}'}
    assert all(attributes["reason"] for attributes in dead.values())
    assert len(envelopes(taken(stage.rank, 1))) >= 1


def test_an_unknown_board_version_is_dead_lettered_in_the_end_and_its_mate_is_not(stage: Stage) -> None:
    board = board_of(stage)
    source = submission_envelope(submission(1, board=board), submission(2, board=board, board_version=7))
    stage.submissions.send(wire.encode(source))
    with stage.ingest():
        eventually(stage.submissions.is_empty, what="an empty queue")
    (body,) = stage.submissions.dead_letters()
    undefined, _ = wire.decode_submissions(body)
    assert isinstance(undefined, SubmissionEnvelope)
    assert undefined.envelope_id == source.envelope_id
    assert undefined.submissions == source.submissions[1:]
    assert {envelope.board_version for envelope in envelopes(taken(stage.rank, 1))} == {1}


def test_an_outage_of_the_database_is_waited_for_and_costs_no_message_its_receives(stage: Stage) -> None:
    board = board_of(stage)
    with stage.ingest() as ops:
        stage.database.cut()
        stage.submissions.send(wire.encode(submission_envelope(submission(1, board=board))))
        eventually(lambda: stage.submissions.depth().in_flight == 1, what="the message in hand")
        eventually(lambda: readiness(ops)[0] == 503, what="not ready")
        assert readiness(ops)[1]["checks"]["definitions"] != "ok"
        assert readiness(ops)[1]["checks"]["rank"] == "ok"
        stage.database.mend()
        assert len(envelopes(taken(stage.rank, 1))) == 1
        eventually(stage.submissions.is_empty, what="an empty queue")
        eventually(lambda: readiness(ops)[0] == 200, what="ready again")
    assert not stage.submissions.dead_letters()


def test_readiness_asks_for_the_three_queues_the_definitions_and_the_clocks(stage: Stage) -> None:
    with stage.ingest() as ops:
        code, document = readiness(ops)
    assert code == 200
    assert document["checks"] == dict.fromkeys(["submissions", "rank", "history", "definitions", "clocks"], "ok")
