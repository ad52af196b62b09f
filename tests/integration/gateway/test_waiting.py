"""Submit and wait over real servers, with a worker whose every step the test takes itself."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import FactEnvelope, Submission, SubmissionEnvelope, derived_envelope_id, wire
from ledgerboard_ledger import LedgerWriter
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.processes import (
    HEADERS,
    GatewayProcess,
    gateway_process,
    seconds_of,
)

SEATS: Final = 3
LONGEST_SECONDS: Final = 60
"""The longest that the gateway lets anybody wait: what is told once it is there takes a fraction of it."""

Told = tuple[int, dict[str, Any]]


@pytest.fixture(scope="module")
def gateway(
    relays: dict[str, Relay], queue: RealQueue, stage: str, sqs_endpoint: str, redis_url: str, ledger_url: str
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    url = relays["redis"].through(redis_url)
    with gateway_process(
        sqs_endpoint, url, ledger_url, stage, WAIT_REQUESTS=str(SEATS), WAIT_SECONDS=str(LONGEST_SECONDS)
    ) as running:
        eventually(lambda: seconds_of(lambda: post(running, "ada", 0, 1))[0] >= 1, what="hearing of folds")
        while not queue.is_empty():
            take(queue, 1)
        yield running


def take(queue: RealQueue, count: int, gateway: GatewayProcess | None = None) -> list[SubmissionEnvelope]:
    """The envelopes of so many submissions. ``gateway`` is looked at meanwhile, as a balancer does (ADR 0006)."""
    taken: list[SubmissionEnvelope] = []

    def receive() -> bool:
        assert gateway is None or gateway.request("GET", "/healthz")[0] == 200
        for message in queue.receive():
            envelope = wire.SUBMISSIONS.decode(message["Body"])
            assert isinstance(envelope, SubmissionEnvelope)
            taken.append(envelope)
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
        return sum(len(each.submissions) for each in taken) >= count

    eventually(receive, what="the submissions")
    return taken


def facts_of(source: SubmissionEnvelope) -> FactEnvelope:
    facts = tuple(_fact(each) for each in source.submissions)
    return FactEnvelope(
        envelope_id=derived_envelope_id(source.envelope_id, "race", 1),
        correlation_id=source.correlation_id,
        board="race",
        board_version=1,
        facts=facts,
    )


def _fact(submission: Submission) -> Any:
    return make_fact(submission.player, submission.score, submission.occurred_at, event_id=submission.event_id)


def post(gateway: GatewayProcess, player: str, score: int, wait: int = 10) -> Told:
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=2 * LONGEST_SECONDS)
    body = msgspec.json.encode({"player": player, "score": score})
    connection.request("POST", "/v1/boards/race/scores", body, {**HEADERS, "Prefer": f"wait={wait}"})
    answer = connection.getresponse()
    told = answer.status, msgspec.json.decode(answer.read())
    connection.close()
    return told


def test_who_waits_is_told_once_it_is_folded_and_recorded(
    gateway: GatewayProcess, queue: RealQueue, folding: FirstGeneration, engine: Engine
) -> None:
    with ThreadPoolExecutor(SEATS) as pool:
        answers: list[Future[Told]] = [
            pool.submit(post, gateway, f"p{number}", number, LONGEST_SECONDS) for number in range(SEATS)
        ]
        envelopes = [facts_of(source) for source in take(queue, SEATS, gateway)]
        LedgerWriter(engine).append(envelopes, [])
        assert not any(answer.done() for answer in answers)
        definition = make_definition("race")
        folding.fold([(each, definition) for each in envelopes], datetime.now(UTC))
        told = [answer.result() for answer in answers]
    assert {status for status, _ in told} == {200}
    for number, (_, body) in enumerate(told):
        assert {each["score"] for each in body["standings"]} == {number}
        assert {each["rank"] for each in body["standings"]} == {SEATS - 1 - number}
    page = gateway.request("GET", "/v1/boards/race/standings")[1]
    assert [row["score"] for row in page["standings"]] == [2, 1, 0], "who was told reads it here at once"


def test_all_seats_taken_delay_nobody_else(gateway: GatewayProcess, queue: RealQueue) -> None:
    with ThreadPoolExecutor(SEATS) as pool:
        waiting = [pool.submit(post, gateway, "ada", number, 4) for number in range(SEATS)]
        take(queue, SEATS, gateway)
        for _ in range(20):
            seconds, (status, _) = seconds_of(lambda: post(gateway, "bob", 1))
            assert (status, seconds < 2) == (202, True)
            assert gateway.request("GET", "/v1/boards/race/standings")[0] == 200
        assert not any(each.done() for each in waiting)
        assert {each.result()[0] for each in waiting} == {202}
    take(queue, 20)


def test_with_redis_down_a_submission_that_would_wait_is_accepted_at_once(
    gateway: GatewayProcess, queue: RealQueue, relays: dict[str, Relay]
) -> None:
    relays["redis"].cut()
    try:
        eventually(lambda: gateway.readiness()[1] == "degraded", what="noticing the outage")
        seconds, (status, _) = seconds_of(lambda: post(gateway, "ada", 1, 10))
        assert (status, seconds < 3) == (202, True)
    finally:
        relays["redis"].mend()
    take(queue, 1)
