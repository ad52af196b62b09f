"""A 202 is a message in the real queue; whatever is down, nothing else is answered as one."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from ledgerboard_dev.embedded import EmbeddedSqs
from ledgerboard_dev.processes import Guardian
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from ledgerboard_testkit.relay import Relay
from tests.integration.gateway.processes import (
    GatewayProcess,
    gateway_process,
    seconds_of,
    sent_players,
    submissions_queue,
)

NOW: Final = datetime.now(UTC)


@pytest.fixture(scope="module")
def gateway(
    relays: dict[str, Relay], queue: RealQueue, stage: str, sqs_endpoint: str, redis_url: str, ledger_url: str
) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(
        relays["sqs"].through(sqs_endpoint),
        relays["redis"].through(redis_url),
        relays["postgres"].through(ledger_url),
        stage,
        PUBLISHER_TIMEOUT_SECONDS="2",
        DEFINITIONS_TTL_SECONDS="0",
    ) as running:
        yield running


def test_each_of_many_concurrent_202s_is_in_the_queue_once(gateway: GatewayProcess, queue: RealQueue) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: gateway.submit(f"p{number}", number), range(200)))
    assert {status for status, _ in answers} == {202}
    assert sorted(sent_players(queue)) == sorted(f"p{number}" for number in range(200))


def test_a_bulk_request_beyond_one_message_is_in_the_queue_whole(gateway: GatewayProcess, queue: RealQueue) -> None:
    scores = [
        {"board": "race", "player": f"p{number}", "score": number, "attributes": {"a": "x" * 800}}
        for number in range(1000)
    ]
    status, told = gateway.request("POST", "/v1/scores", {"scores": scores})
    assert (status, told["accepted"]) == (202, 1000)
    assert sorted(sent_players(queue)) == sorted(str(score["player"]) for score in scores)


def test_a_refused_connection_is_a_503_in_time_and_nothing_turns_up_later(
    gateway: GatewayProcess, queue: RealQueue, relays: dict[str, Relay]
) -> None:
    relays["sqs"].cut()
    try:
        seconds, (status, told) = seconds_of(gateway.submit)
        assert (status, told["status"]) == (503, 503)
        assert seconds < 4
        eventually(lambda: gateway.readiness() == (503, "not ready"), what="telling that it is not ready")
    finally:
        relays["sqs"].mend()
    eventually(lambda: gateway.submit("back")[0] == 202, what="accepting again")
    assert set(sent_players(queue)) == {"back"}


@pytest.mark.parametrize("down", ["redis", "postgres"])
def test_submissions_to_a_known_board_need_neither_redis_nor_postgres(
    gateway: GatewayProcess, queue: RealQueue, relays: dict[str, Relay], down: str
) -> None:
    assert gateway.submit("before")[0] == 202
    relays[down].cut()
    try:
        eventually(lambda: gateway.readiness() == (200, "degraded"), what="telling that it is degraded")
        assert gateway.submit("while")[0] == 202
        assert gateway.readiness() == (200, "degraded")
    finally:
        relays[down].mend()
    players: set[str] = set()

    def both_came() -> bool:
        players.update(sent_players(queue))
        return players == {"before", "while"}

    eventually(both_came, what="both submissions")


def test_no_ranking_is_read_from_postgres(
    gateway: GatewayProcess, relays: dict[str, Relay], folding: FirstGeneration
) -> None:
    assert gateway.submit()[0] == 202
    folding.fold([(make_envelope("race", [make_fact("ada", 1, NOW)]), make_definition("race"))], NOW)
    relays["postgres"].cut()
    try:
        paths = ["/v1/boards/race/standings", "/v1/boards/race/standings?limit=100&period=day", "/race", "/race/ada"]
        assert {gateway.request("GET", path)[0] for path in paths} == {200}
        assert gateway.request("GET", "/v1/players/ada/scores")[0] == 503
    finally:
        relays["postgres"].mend()
    eventually(lambda: gateway.request("GET", "/v1/players/ada/scores")[0] == 200, what="reading the ledger again")


def test_a_send_that_hangs_is_made_up_for_within_the_requests_wait(
    gateway: GatewayProcess, queue: RealQueue, relays: dict[str, Relay]
) -> None:
    assert gateway.submit("before")[0] == 202
    known = relays["sqs"].accepted
    relays["sqs"].hold()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(gateway.submit, "while")
        eventually(lambda: relays["sqs"].accepted > known, what="giving the first connection up")
        relays["sqs"].release()
        assert answer.result(5)[0] == 202
    assert {"before", "while"} <= set(sent_players(queue))


def test_a_queue_that_hangs_is_a_503_in_time_and_reads_go_on(
    tmp_path: Path, guardian: Guardian, redis_url: str, ledger_url: str, stage: str
) -> None:
    with EmbeddedSqs(tmp_path, guardian=guardian, durable=False) as server:
        own = submissions_queue(server.url, stage)
        with gateway_process(
            server.url, redis_url, ledger_url, stage, PUBLISHER_TIMEOUT_SECONDS="1", PUBLISHER_BUFFER_REQUESTS="20"
        ) as gateway:
            assert gateway.submit("before")[0] == 202
            os.killpg(os.getpgid(server.pid), signal.SIGSTOP)
            try:
                with ThreadPoolExecutor(40) as pool:
                    answers = list(pool.map(lambda number: gateway.submit(f"p{number}"), range(40)))
                    assert {status for status, _ in answers} == {503}
                    assert gateway.request("GET", "/race")[0] == 200
            finally:
                os.killpg(os.getpgid(server.pid), signal.SIGCONT)
            eventually(lambda: gateway.submit("after")[0] == 202, within_seconds=30, what="accepting again")
        doubtful = sum(told["type"] == "/docs/problems/unacknowledged" for _, told in answers)
        players = set(sent_players(own))  # A repeated send is the same envelope again, which every consumer forgives.
        assert doubtful >= 1
        assert {"before", "after"} <= players
        assert len(players - {"before", "after"}) <= doubtful
