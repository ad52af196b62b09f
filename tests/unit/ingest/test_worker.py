"""Every message gets its own verdict, and is done only when everything that came of it was sent."""

from dataclasses import replace
from typing import Any, Protocol

import msgspec
import pytest

from ledgerboard_contracts import BoardOptions, derived_envelope_id, wire
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Retry
from ledgerboard_ingest.worker import UNDEFINED_RECEIVES, SubmissionsHandler
from ledgerboard_testkit.bodies import facts_of
from ledgerboard_testkit.memory import MemorySender
from ledgerboard_testkit.submissions import (
    SOURCE_ID,
    MemoryDefinitions,
    received,
    submission,
    submission_envelope,
)

SOUND = submission_envelope(submission(1), submission(2))


class Bench(Protocol):
    """What the fixture gives, as far as this module uses it."""

    definitions: MemoryDefinitions
    rank: MemorySender
    history: MemorySender
    dead_letters: MemorySender
    handler: SubmissionsHandler

    def counted(self, name: str, **labels: str) -> float: ...


def with_member(member: object) -> str:
    document: dict[str, Any] = msgspec.json.decode(wire.encode(SOUND))
    document["submissions"].insert(1, member)
    return msgspec.json.encode(document).decode()


def players(sender: MemorySender) -> list[str]:
    return [fact.player for body in sender.bodies for envelope in facts_of(body) for fact in envelope.facts]


def test_a_sound_message_is_done_and_its_facts_are_on_both_queues(bench: Bench) -> None:
    assert bench.handler.handle([received(SOUND)]) == [Done()]
    assert players(bench.rank) == players(bench.history) == ["player-1", "player-2"]
    assert bench.counted("ingest_submissions_total", outcome="accepted") == 2


def test_a_whole_batch_travels_in_one_message_a_queue(bench: Bench) -> None:
    batch = [
        received(submission_envelope(submission(number), envelope_id=derived_envelope_id(SOURCE_ID, "x", number)))
        for number in range(10)
    ]
    assert bench.handler.handle(batch) == [Done()] * 10
    assert (len(bench.rank.sent), len(bench.history.sent)) == (1, 1)
    assert len(players(bench.rank)) == 10


def test_a_score_out_of_bounds_is_rejected_to_history_only(bench: Bench) -> None:
    bench.definitions.define("laps", options=BoardOptions(min_score=0, max_score=9))
    asked = submission_envelope(submission(1, board="laps", score=-1), submission(2, board="laps", score=10))
    assert bench.handler.handle([received(asked)]) == [Done()]
    assert not bench.rank.sent
    assert len(bench.history.sent) == 1
    assert bench.counted("ingest_rejections_total", reason="score_below_minimum") == 1
    assert bench.counted("ingest_rejections_total", reason="score_above_maximum") == 1


def test_a_broken_member_is_dead_lettered_alone_with_its_reason_and_its_mates_go_on(bench: Bench) -> None:
    assert bench.handler.handle([received(with_member({"player": "eve"}))]) == [Done()]
    assert players(bench.rank) == ["player-1", "player-2"]
    (letter,) = bench.dead_letters.sent
    assert letter.body == '{"player":"eve"}'
    assert "event_id" in letter.attributes["reason"]
    assert letter.attributes["envelope_id"] == str(SOURCE_ID)
    assert bench.counted("ingest_submissions_total", outcome="broken") == 1


@pytest.mark.parametrize("body", ["", "not json", "[]", '{"type":"ledgerboard.facts","version":1}'])
def test_garbage_is_dead_and_its_batch_mates_are_done(bench: Bench, body: str) -> None:
    before, dead, after = bench.handler.handle([received(SOUND), received(body), received(SOUND)])
    assert (before, after) == (Done(), Done())
    assert isinstance(dead, Dead)
    assert dead.reason


def test_a_newer_message_is_left_for_an_upgraded_replica(bench: Bench) -> None:
    newer = wire.encode(SOUND).replace('"version":1}', '"version":2}')
    (verdict,) = bench.handler.handle([received(newer)])
    assert isinstance(verdict, Retry)
    assert "newer" in verdict.reason


def test_an_unknown_version_is_retried_while_its_mates_go_on(bench: Bench) -> None:
    asked = submission_envelope(submission(1), submission(2, board_version=9))
    assert bench.handler.handle([received(asked)]) == [Retry("board 'race' has no version 9")]
    assert players(bench.rank) == ["player-1"]
    assert not bench.dead_letters.sent


def test_an_unknown_version_that_appears_in_time_is_judged(bench: Bench) -> None:
    asked = submission_envelope(submission(1), submission(2, board_version=9))
    bench.handler.handle([received(asked)])
    bench.definitions.define("race", 9)
    assert bench.handler.handle([received(asked, receive_count=2)]) == [Done()]
    assert players(bench.rank)[1:] == ["player-1", "player-2"]


def test_an_unknown_version_that_stays_unknown_is_dead_lettered_apart_from_its_mates(bench: Bench) -> None:
    asked = submission_envelope(submission(1), submission(2, board_version=9), submission(3, board_version=9))
    assert bench.handler.handle([received(asked, receive_count=UNDEFINED_RECEIVES)]) == [Done()]
    assert players(bench.rank) == ["player-1"]
    (letter,) = bench.dead_letters.sent
    assert wire.decode_submissions(letter.body) == (replace(asked, submissions=asked.submissions[1:]), ())
    assert letter.attributes["reason"] == "board 'race' has no version 9"


def test_a_broken_member_beside_an_unknown_version_is_dead_lettered_once(bench: Bench) -> None:
    document: dict[str, Any] = msgspec.json.decode(with_member({}))
    document["submissions"][0]["board_version"] = 9
    body = msgspec.json.encode(document).decode()
    for receive_count in range(1, UNDEFINED_RECEIVES + 1):
        bench.handler.handle([received(body, receive_count=receive_count)])
    assert len(bench.dead_letters.sent) == 2
    assert bench.dead_letters.bodies[0] == "{}"


@pytest.mark.parametrize("down", ["rank", "history", "definitions"])
def test_an_outage_is_nobodys_verdict(bench: Bench, down: str) -> None:
    getattr(bench, down).available = False
    with pytest.raises(UnavailableError):
        bench.handler.handle([received(SOUND)])
    assert bench.counted("ingest_submissions_total", outcome="accepted") == 0


def test_a_repeat_sends_the_same_bodies(bench: Bench) -> None:
    bench.handler.handle([received(SOUND)])
    bench.handler.handle([received(SOUND, receive_count=2)])
    assert bench.rank.bodies[0] == bench.rank.bodies[1] == bench.history.bodies[0] == bench.history.bodies[1]
