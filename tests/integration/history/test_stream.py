"""The stream as a real process, on a real queue and a real ledger, killed and poisoned."""

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import text

from ledgerboard_contracts import FactsMessage, RejectionsMessage, wire
from ledgerboard_testkit.events import envelope, fact, rejection
from ledgerboard_testkit.polling import eventually

if TYPE_CHECKING:
    from tests.integration.history.conftest import Stage


_WAITING = """
    SELECT pid FROM pg_stat_activity WHERE application_name = 'ledgerboard-history' AND wait_event_type = 'Lock'
"""


def _facts(count: int, player: str) -> FactsMessage:
    return FactsMessage(envelopes=(envelope(*(fact(player, number) for number in range(count))),))


def test_facts_and_rejections_reach_the_ledger_and_poison_takes_nobody_along(stage: "Stage") -> None:
    poison, mate, refused = fact(attributes={"a": "\x00"}), fact("mate"), rejection()
    foreign = fact(event_id=uuid4())
    garbage, newer = "no JSON", '{"type": "ledgerboard.rejections", "version": 1, "rejections": 5}'
    poisoned = wire.encode(FactsMessage(envelopes=(envelope(poison, mate, foreign),)))
    refusal = wire.encode(RejectionsMessage(rejections=(refused,), correlation_id="r"))
    with stage.process("stream"):
        stage.queue.send(wire.encode(_facts(50, "ada")), garbage, poisoned, newer, refusal)
        eventually(stage.queue.is_empty, what="an empty queue")
    assert len(stage.query("SELECT 1 FROM facts WHERE player = 'ada'")) == 50
    assert stage.query("SELECT event_id FROM facts WHERE player = 'mate'") == [mate.event_id]
    assert stage.query("SELECT event_id FROM rejections") == [refused.event_id]
    letters = stage.queue.dead_letters()
    assert set(letters) == {garbage, newer, poisoned}
    assert f"event {poison.event_id}: " in letters[poisoned]["reason"]
    assert f"event {foreign.event_id}: " in letters[poisoned]["reason"]


def test_a_worker_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(stage: "Stage") -> None:
    """A lock on the table holds the append open, so the kill strikes inside the transaction."""
    messages = [_facts(100, f"killed-{number}") for number in range(10)]
    with stage.engine.connect() as connection:
        connection.execute(text("LOCK TABLE facts IN SHARE MODE"))
        with stage.process("stream") as process:
            stage.queue.send(*map(wire.encode, messages))
            eventually(lambda: stage.query(_WAITING), what="an append that waits")
            process.kill()
            process.wait()
        connection.rollback()
    assert stage.query("SELECT 1 FROM facts WHERE player LIKE 'killed-%'") == []
    with stage.process("stream"):
        eventually(stage.queue.is_empty, what="an empty queue")
    found = stage.query("SELECT event_id FROM facts WHERE player LIKE 'killed-%'")
    assert sorted(found) == sorted(one.event_id for each in messages for one in each.envelopes[0].facts)


def test_an_append_names_its_requests_in_the_log(stage: "Stage") -> None:
    with stage.process("stream"):
        stage.queue.send(wire.encode(_facts(1, "traced")), correlation_id="req-77")
        eventually(stage.queue.is_empty, what="an empty queue")
    line = next(line for line in reversed(stage.log("stream").splitlines()) if "events recorded" in line)
    assert '"correlation_ids":["test"]' in line
    assert '"recorded":1' in line
