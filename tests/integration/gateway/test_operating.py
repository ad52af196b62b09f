"""Operators over real servers: what they ask is in the queue or in the ledger before it is answered."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_cli.__main__ import main
from ledgerboard_contracts import Correction, CorrectionKind, CorrectionsMessage, SubmissionEnvelope, wire
from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import QueueSender, dead_letter, provision, sqs_client
from ledgerboard_ledger import LedgerWriter
from ledgerboard_ledger.corrections import PostgresCorrections
from ledgerboard_ledger.generations import PostgresGenerations
from ledgerboard_testkit.events import envelope, fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue, queue_shape
from ledgerboard_testkit.submissions import submission
from tests.integration.gateway.processes import KEY, GatewayProcess, gateway_process, submissions_queue

STAGE = f"operating-{uuid4().hex[:8]}"
WHY = {"reason": "Impossible time.", "author": "ada"}


@pytest.fixture(scope="module")
def queue(sqs_endpoint: str) -> RealQueue:
    client = sqs_client(AwsSettings(sqs_endpoint_url=sqs_endpoint))
    provision(client, [queue_shape(spec.full_name(STAGE)) for spec in ALL_QUEUES])
    return submissions_queue(sqs_endpoint, STAGE)


@pytest.fixture(scope="module")
def gateway(sqs_endpoint: str, redis_url: str, ledger_url: str, queue: RealQueue) -> Iterator[GatewayProcess]:
    assert queue.is_empty()
    with gateway_process(sqs_endpoint, redis_url, ledger_url, STAGE, BANS_PERIOD_SECONDS="0.2") as process:
        yield process


@pytest.fixture
def cli(gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERBOARD_URL", f"http://127.0.0.1:{gateway.port}")
    monkeypatch.setenv("LEDGERBOARD_WRITE_KEY", KEY)


def take(queue: RealQueue) -> list[str]:
    """The bodies of all messages, which are then gone."""
    bodies = list[str]()
    while messages := queue.receive():
        for message in messages:
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
    return bodies


def bury(queue: RealQueue, *bodies: str) -> None:
    origin = {"source_queue": "submissions", "envelope_id": str(uuid4()), "correlation_id": "req-1"}
    letters = [dead_letter(body, "board 'race' has no version 9", source=origin) for body in bodies]
    QueueSender(queue.client, queue.dead_letter_url).send(letters)


def record(engine: Engine, kind: CorrectionKind, player: str) -> Correction:
    now = SystemClock().now()
    made = Correction(
        correction_id=new_uuid7(now), kind=kind, occurred_at=now, reason="Cheats.", author="ada", player=player
    )
    PostgresCorrections(engine).correct([made])
    return made


def test_a_correction_is_in_the_queue_before_it_is_answered(gateway: GatewayProcess, queue: RealQueue) -> None:
    status, told = gateway.request("POST", "/v1/players/bob/ban", WHY)
    (body,) = take(queue)
    message = wire.SUBMISSIONS.decode(body)
    assert isinstance(message, CorrectionsMessage)
    assert (status, told["correction_id"]) == (202, str(message.corrections[0].correction_id))


def test_an_event_that_is_recorded_can_be_voided(gateway: GatewayProcess, queue: RealQueue, engine: Engine) -> None:
    played = fact("bob", 7, at=SystemClock().now())
    assert gateway.request("POST", f"/v1/events/{played.event_id}/void", WHY)[0] == 404
    LedgerWriter(engine).append([envelope(played, board="race")], [])
    assert gateway.request("POST", f"/v1/events/{played.event_id}/void", WHY)[0] == 202
    (body,) = take(queue)
    assert str(played.event_id) in body


def test_a_recorded_ban_is_listed_and_refuses_scores_until_it_is_ended(
    gateway: GatewayProcess, engine: Engine, queue: RealQueue
) -> None:
    made = record(engine, CorrectionKind.BAN, "eve")
    told = gateway.request("GET", "/v1/corrections?player=eve")[1]["corrections"]
    assert [(each["correction_id"], each["kind"]) for each in told] == [(str(made.correction_id), "ban")]
    eventually(lambda: gateway.submit("eve")[0] == 403, within_seconds=10, what="the ban")
    record(engine, CorrectionKind.UNBAN, "eve")
    eventually(lambda: gateway.submit("eve")[0] == 202, within_seconds=10, what="the unban")
    take(queue)


def test_a_board_that_ranks_otherwise_is_rebuilt(gateway: GatewayProcess, engine: Engine) -> None:
    assert gateway.request("PUT", "/v1/boards/turned", {"order": "asc"})[0] == 201
    PostgresGenerations(engine).adopt("turned", 1)
    assert gateway.request("PUT", "/v1/boards/turned", {"order": "asc", "title": "T"})[0] == 200
    status, told = gateway.request("PUT", "/v1/boards/turned", {"order": "desc"})
    assert (status, told["version"], told["rebuild"]["state"]) == (202, 3, "requested")
    again = gateway.request("POST", "/v1/boards/turned/rebuild", WHY)[1]
    assert again["generation"] == told["rebuild"]["generation"] == 2
    listed = gateway.request("GET", "/v1/rebuilds?board=turned")[1]["rebuilds"]
    assert [(each["generation"], each["state"]) for each in listed] == [(2, "requested"), (1, "live")]


@pytest.mark.usefixtures("cli")
def test_dead_letters_are_listed_shown_replayed_and_discarded(
    queue: RealQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = wire.encode(SubmissionEnvelope(envelope_id=uuid4(), correlation_id="c", submissions=(submission(1),)))
    bury(queue, sound, wire.encode(submission(2)), "{broken")
    assert main(["dlq", "list", "--queue", "submissions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[4].rstrip(":") for line in lines[:-1]) == ["as-is", "never", "wrapped"]
    assert (lines[-1], "board 'race' has no version 9" in lines[0]) == ("submissions: 3", True)
    assert main(["dlq", "replay"]) == 0
    assert "2 replayed, 0 not" in capsys.readouterr().out
    envelopes = [wire.SUBMISSIONS.decode(body) for body in take(queue)]
    assert {each.submissions[0].player for each in envelopes if isinstance(each, SubmissionEnvelope)} == {
        "player-1", "player-2",
    }  # fmt: skip
    broken = next(line.split()[1] for line in lines if " never: " in line)
    assert main(["dlq", "show", "submissions", broken]) == 0
    assert "{broken" in capsys.readouterr().out
    assert main(["dlq", "replay", "submissions", broken]) == 1
    assert main(["dlq", "discard", "submissions", broken]) == 4
    assert main(["dlq", "discard", "submissions", broken, "--yes"]) == 0
    assert queue.dead_letters() == {}


@pytest.mark.usefixtures("cli")
def test_corrections_and_rebuilds_are_asked_for_on_the_command_line(
    gateway: GatewayProcess, queue: RealQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    for board in ("cli-a", "cli-b"):
        gateway.request("PUT", f"/v1/boards/{board}", {})
    assert main(["rebuild", "--all", "--no-wait"]) == 0
    assert "cli-b: generation 1 requested" in capsys.readouterr().out
    why = ["--reason", "Over.", "--author", "ada"]
    assert main(["corrections", "delete", "cli-a", *why]) == 4
    assert main(["corrections", "delete", "cli-a", *why, "--yes"]) == 0
    assert main(["corrections", "ban", "bob", "--board", "cli-b", *why]) == 0
    assert main(["corrections", "void", str(uuid4()), *why]) == 1
    read = [wire.SUBMISSIONS.decode(body) for body in take(queue)]
    kinds = {each.corrections[0].kind for each in read if isinstance(each, CorrectionsMessage)}
    assert kinds == {CorrectionKind.DELETE, CorrectionKind.BAN}


@pytest.mark.usefixtures("cli")
def test_whoever_changed_a_board_is_in_the_audit_with_both_definitions(
    gateway: GatewayProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    board = f"told-{uuid4().hex[:8]}"
    for title in ("First", "Second"):
        assert gateway.request("PUT", f"/v1/boards/{board}", {"title": title})[0] in {200, 201}
    assert gateway.request("PUT", f"/v1/boards/{board}", {"title": 7})[0] == 400
    assert main(["audit", "--by", "root", "--operation", "PUT /v1/boards/<board>", "--limit", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        f"root 127.0.0.1 {status} PUT /v1/boards/<board> board={board}" for status in (200, 201)
    ]
    told = gateway.request("GET", "/v1/audit?operation=PUT%20/v1/boards/%3Cboard%3E&limit=2")[1]
    changed, made = told["entries"]
    assert (made["before"], made["after"]["title"]) == (None, "First")
    assert (changed["before"], changed["after"]["title"]) == (made["after"], "Second")
