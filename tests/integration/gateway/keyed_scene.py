"""Keyed requests to real gateways, whose work a test can stop at any step, and what becomes of all that they send.

A step is held in the stores: by a lock that the server waits for in PostgreSQL, or by a relay in front of SQS. So the
gateway is the one that is deployed, and dies where it stands.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Engine, text

from ledgerboard_contracts import SubmissionEnvelope, wire
from ledgerboard_ingest.judge import Judge
from ledgerboard_ledger import LedgerWriter, PostgresDefinitions, PostgresLevels, PostgresSessions
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from tests.integration.gateway.processes import HEADERS, GatewayProcess

if TYPE_CHECKING:
    import subprocess

_HOLD: Final = (
    "CREATE TABLE IF NOT EXISTS held (step text)",
    """
    CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM held WHERE step = TG_ARGV[0]) THEN PERFORM pg_advisory_xact_lock(42); END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE TRIGGER hold_plan BEFORE UPDATE OF plan ON keyed_requests
    FOR EACH ROW EXECUTE FUNCTION hold('plan')
    """,
    """
    CREATE OR REPLACE TRIGGER hold_answer BEFORE UPDATE OF status ON keyed_requests
    FOR EACH ROW EXECUTE FUNCTION hold('answer')
    """,
)
_WAITERS: Final = """
FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND query LIKE '%keyed_requests%'
"""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer."""

    status: int
    body: Any
    replayed: bool


def send(gateway: GatewayProcess, path: str, body: Any, key: str, timeout_seconds: float = 20) -> Told:
    """One keyed POST. Raises OSError or HTTPException where there is no answer."""
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=timeout_seconds)
    try:
        connection.request("POST", path, msgspec.json.encode(body), {**HEADERS, "Idempotency-Key": key})
        answer = connection.getresponse()
        read = msgspec.json.decode(answer.read())
        return Told(answer.status, read, answer.getheader("Idempotency-Replayed") == "true")
    finally:
        connection.close()


def send_and_hear_nothing(gateway: GatewayProcess, path: str, body: Any, key: str) -> None:
    """One keyed POST to a gateway that will be killed."""
    with suppress(OSError, HTTPException):
        answer = send(gateway, path, body, key)
        raise AssertionError(f"it was answered: {answer}")


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a gateway and its workers as the kernel does, at once."""
    for pid in _family(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait(10)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(each for child in children for each in _family(int(child)))]


@contextmanager
def holding(engine: Engine, step: str) -> Iterator[None]:
    """Let ``plan`` or ``answer`` wait in PostgreSQL; at the end whoever waits there is gone, and wrote nothing."""
    with engine.begin() as connection:
        for statement in _HOLD:
            connection.execute(text(statement))
        connection.execute(text("INSERT INTO held VALUES (:step)"), {"step": step})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(42)"))
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {_WAITERS}"))
            eventually(lambda: waiters(engine) == 0, what="the end of those who wait")
            connection.execute(text("DELETE FROM held"))
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(42)"))


def waiters(engine: Engine) -> int:
    """How many gateways stand at a step that is held."""
    with engine.connect() as connection:
        count: int = connection.execute(text(f"SELECT count(*) {_WAITERS}")).scalar_one()
        return count


def claims(engine: Engine) -> list[Any]:
    """Every request that is claimed and not answered."""
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT * FROM keyed_requests WHERE status IS NULL")))


def let_leases_end(engine: Engine) -> None:
    """Half a minute later."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE keyed_requests SET leased_until = now() WHERE status IS NULL"))


class Road:
    """What lies behind the queue: judges, records and folds every copy that arrives, as often as it does."""

    def __init__(self, queue: RealQueue, engine: Engine, folding: FirstGeneration) -> None:
        self._queue = queue
        self._definitions = PostgresDefinitions(engine)
        self._judge = Judge(self._definitions, PostgresSessions(engine), PostgresLevels(engine))
        self._writer = LedgerWriter(engine)
        self._folding = folding
        self.arrived: list[SubmissionEnvelope] = []

    def drain(self) -> list[SubmissionEnvelope]:
        """Handle all that waits, and return every envelope that ever arrived."""
        while messages := self._queue.receive():
            for message in messages:
                envelope = wire.SUBMISSIONS.decode(message["Body"])
                assert isinstance(envelope, SubmissionEnvelope)
                self.arrived.append(envelope)
                self._handle(envelope)
                self._queue.client.delete_message(QueueUrl=self._queue.url, ReceiptHandle=message["ReceiptHandle"])
        return self.arrived

    def _handle(self, source: SubmissionEnvelope) -> None:
        (judgement,) = self._judge.judge([source])
        assert (source.keyed, judgement.undefined) == (True, ())
        self._writer.append(judgement.envelopes, judgement.rejections)
        for envelope in judgement.envelopes:
            definition = self._definitions.version(envelope.board, envelope.board_version)
            assert definition is not None
            self._folding.fold([(envelope, definition)], datetime.now(UTC))


def recorded(engine: Engine, board: str) -> tuple[int, int]:
    """How many facts the ledger has of a board, and their sum."""
    statement = text("SELECT count(*), coalesce(sum(score), 0) FROM facts WHERE board = :board")
    with engine.connect() as connection:
        count, total = connection.execute(statement, {"board": board}).one()
        return count, int(total)
