"""What a sound submission becomes, and what is answered when the queue or the record is down."""

import json
from datetime import timedelta

import pytest

from ledgerboard_contracts import event_time
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

SCORE = {"player": "ada", "score": 42, "level": "1", "session": "final 7", "attributes": {"kart": "B"}}


def test_a_submission_is_stamped_once_and_sent_before_it_is_answered(gateway: MemoryGateway) -> None:
    answer = gateway.post("/v1/boards/race/scores", SCORE)
    told = answer.get_json()
    (envelope,) = gateway.queue.envelopes
    (sent,) = envelope.submissions
    assert answer.status_code == 202
    assert told == {
        "event_id": str(sent.event_id),
        "board": "race",
        "player": "ada",
        "score": 42,
        "occurred_at": "2026-11-21T12:00:00Z",
        "status_url": f"/v1/events/{sent.event_id}",
    }
    assert (sent.board, sent.board_version, sent.attributes) == ("race", 1, {"kart": "B"})
    assert (sent.level, sent.session) == ("1", "final 7")
    assert (sent.occurred_at, event_time(sent.event_id)) == (NOON, NOON)


def test_the_published_route_submits_the_same(gateway: MemoryGateway) -> None:
    assert gateway.post("/mario-kart/theburningmonk", {"score": 42}).status_code == 202
    (sent,) = gateway.queue.envelopes[0].submissions
    assert (sent.board, sent.player, sent.score) == ("mario-kart", "theburningmonk", 42)
    assert sent.level is sent.session is None


@pytest.mark.parametrize("score", [-(2**53), -1, 0, 2**53])
def test_every_integer_within_the_range_is_taken(gateway: MemoryGateway, score: int) -> None:
    assert gateway.post("/v1/boards/race/scores", {"player": "a|b", "score": score}).status_code == 202
    assert gateway.queue.envelopes[0].submissions[0].score == score


def test_of_a_repeated_key_the_last_one_counts(gateway: MemoryGateway) -> None:
    assert gateway.post("/v1/boards/race/scores", b'{"player":"a","score":1,"score":2}').status_code == 202
    assert gateway.queue.envelopes[0].submissions[0].score == 2


def test_a_submission_names_the_version_of_the_board_that_is_current(gateway: MemoryGateway) -> None:
    gateway.write("PUT", "/v1/boards/race", {"title": "one"})
    gateway.write("PUT", "/v1/boards/race", {"title": "two"})
    gateway.post("/v1/boards/race/scores", SCORE)
    assert gateway.queue.envelopes[0].submissions[0].board_version == 2


def test_one_bad_score_never_harms_the_others_of_a_bulk_request(gateway: MemoryGateway) -> None:
    items = [{"board": "race", "player": f"p{number}", "score": number, "session": "s"} for number in range(3)]
    items[1]["score"] = "1"
    answer = gateway.post("/v1/scores", {"scores": items})
    told = answer.get_json()
    assert (answer.status_code, told["accepted"], told["refused"]) == (202, 2, 1)
    assert [result["status"] for result in told["results"]] == ["accepted", "refused", "accepted"]
    assert told["results"][1]["errors"][0]["field"] == "score"
    sent = [each for envelope in gateway.queue.envelopes for each in envelope.submissions]
    assert [str(each.event_id) for each in sent] == [told["results"][index]["event_id"] for index in (0, 2)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/boards/race/scores", SCORE),
        ("/race/ada", {"score": 1}),
        ("/v1/scores", {"scores": [{"board": "race", "player": "ada", "score": 1}]}),
    ],
)
def test_a_queue_that_does_not_answer_is_a_503_that_names_the_events(
    gateway: MemoryGateway, path: str, body: dict[str, object]
) -> None:
    gateway.queue.available = False
    answer = gateway.post(path, body)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/unacknowledged")
    assert len(answer.get_json()["event_ids"]) == 1
    assert int(answer.headers["Retry-After"]) > 0
    assert gateway.metric("gateway_submissions_total", outcome="unavailable") == 1
    assert gateway.metric("gateway_submissions_total", outcome="accepted") == 0


def test_a_board_that_cannot_be_looked_up_is_a_503_and_nothing_is_sent(gateway: MemoryGateway) -> None:
    gateway.record.available = False
    answer = gateway.post("/v1/boards/race/scores", SCORE)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/unavailable")
    assert gateway.queue.sent == []


def test_a_submission_needs_neither_live_boards_nor_ledger(gateway: MemoryGateway) -> None:
    gateway.boards.available = gateway.ledger.available = False
    assert gateway.post("/v1/boards/race/scores", SCORE).status_code == 202


def test_the_request_id_goes_with_the_submission(gateway: MemoryGateway) -> None:
    answer = gateway.write("POST", "/v1/boards/race/scores", SCORE, headers={"X-Request-ID": "trace.1"})
    (envelope,) = gateway.queue.envelopes
    assert (answer.headers["X-Request-ID"], envelope.correlation_id) == ("trace.1", "trace.1")
    line = json.loads(gateway.lines[-1])
    assert line["request_id"] == "trace.1"
    assert line["event_ids"] == [answer.get_json()["event_id"]]
    assert line["envelope_ids"] == [str(envelope.envelope_id)]
    assert (line["route"], line["status"]) == ("/v1/boards/<board>/scores", 202)


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "é"])
def test_an_unsound_request_id_is_replaced(gateway: MemoryGateway, given: str) -> None:
    told = gateway.get("/healthz", **{"X-Request-ID": given}).headers["X-Request-ID"]
    assert told != given
    assert len(told) == 32


def test_the_key_is_in_no_line_of_the_log(gateway: MemoryGateway) -> None:
    gateway.post("/v1/boards/race/scores", SCORE)
    gateway.write("POST", "/v1/boards/race/scores", SCORE, headers={"Authorization": "Bearer wrong-key-of-sixteen"})
    assert len(gateway.lines) == 2
    assert not any("of-sixteen" in line for line in gateway.lines)


def test_an_event_older_than_every_queue_is_unknown_unless_the_ledger_knows_it(gateway: MemoryGateway) -> None:
    status_url = gateway.post("/v1/boards/race/scores", SCORE).get_json()["status_url"]
    assert gateway.get(status_url).get_json()["status"] == "pending"
    gateway.clock.advance(timedelta(days=14))
    assert gateway.get(status_url).get_json()["status"] == "pending"
    gateway.clock.advance(timedelta(seconds=1))
    assert (gateway.get(status_url).status_code, gateway.get(status_url).get_json()["status"]) == (404, 404)
