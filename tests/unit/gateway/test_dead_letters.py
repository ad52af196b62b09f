"""Dead letters are listed with what can be done about them, sent again, discarded."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ledgerboard_contracts import CorrectionsMessage, SubmissionEnvelope, wire
from ledgerboard_contracts.queues import RANK, SUBMISSIONS
from ledgerboard_gateway.resending import Shape, resending
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_testkit.submissions import submission
from tests.unit.gateway.gateways import MemoryGateway

SOURCE = UUID("019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e")
ENVELOPE = wire.encode(SubmissionEnvelope(envelope_id=SOURCE, correlation_id="req-1", submissions=(submission(),)))
SINGLE = wire.encode(submission())
ORIGIN = {"envelope_id": str(SOURCE), "correlation_id": "req-1"}


def listed(gateway: MemoryGateway, query: str = "") -> dict[str, Any]:
    told: dict[str, Any] = gateway.write("GET", f"/v1/dead-letters{query}", b"").get_json()
    return told


def replay(gateway: MemoryGateway, *message_ids: str, queue: str = "submissions", verb: str = "replay") -> Any:
    return gateway.post(f"/v1/dead-letters/{queue}/{verb}", {"message_ids": list(message_ids)}).get_json()


def test_the_list_tells_reason_age_and_what_can_be_sent_again(gateway: MemoryGateway) -> None:
    dead = gateway.operating.dead["submissions"]
    dead.put(ENVELOPE, attributes={"reason": "board 'race' has no version 9", "source_queue": "submissions"})
    dead.put("{broken", attributes={"reason": "no JSON"})
    gateway.operating.dead["history-jobs"].put("a task")
    told = listed(gateway)
    assert [each["replay"] for each in told["letters"]] == ["as-is", "never", "as-is"]
    first, broken, job = told["letters"]
    assert (first["reason"], first["age_seconds"]) == ("board 'race' has no version 9", 3600)
    assert first["origin"] == {"source_queue": "submissions"}
    assert (bool(broken["obstacle"]), job["reason"], job["queue"]) == (True, None, "history-jobs")
    assert told["depths"] == {"submissions": 2, "rank": 0, "history": 0, "history-jobs": 1}


def test_looking_gives_back_what_it_took(gateway: MemoryGateway) -> None:
    dead = gateway.operating.dead["rank"]
    known = [dead.put(f"letter {number}") for number in range(25)]
    assert [each["message_id"] for each in listed(gateway, "?queue=rank&limit=12")["letters"]] == known[:12]
    told = gateway.write("GET", f"/v1/dead-letters/rank/{known[-1]}", b"").get_json()
    assert (told["body"], told["letter"]["message_id"]) == ("letter 24", known[-1])
    assert not dead.hidden
    assert gateway.write("GET", "/v1/dead-letters/rank/none", b"").status_code == 404
    assert gateway.write("GET", "/v1/dead-letters/nowhere/none", b"").status_code == 400


def test_a_replayed_letter_is_sent_as_it_was_and_deleted(gateway: MemoryGateway) -> None:
    dead = gateway.operating.dead["submissions"]
    wanted, other = dead.put(ENVELOPE, attributes={"reason": "r", "correlation_id": "req-1"}), dead.put(ENVELOPE)
    gone = str(uuid4())
    assert replay(gateway, wanted, gone) == {"done": [wanted], "refused": [], "missing": [gone]}
    (message,) = gateway.queue.sent
    assert (message.body, dict(message.attributes)) == (ENVELOPE, {"correlation_id": "req-1"})
    assert (list(dead.letters), dead.hidden) == ([other], set())


def test_a_single_submission_goes_in_an_envelope_of_its_own_that_is_the_same_each_time(gateway: MemoryGateway) -> None:
    dead = gateway.operating.dead["submissions"]
    for _ in range(2):
        assert replay(gateway, dead.put(SINGLE, attributes=ORIGIN))["refused"] == []
    first, second = (wire.decode_submissions(body) for body in gateway.queue.bodies)
    assert first == second
    message, broken = first
    assert isinstance(message, SubmissionEnvelope)
    assert (message.submissions, message.correlation_id, broken) == ((submission(),), "req-1", ())
    assert message.envelope_id != SOURCE


def test_singles_of_different_envelopes_get_different_envelopes() -> None:
    bodies = [resending("submissions", SINGLE, {"envelope_id": str(each)}).body for each in (SOURCE, uuid4())]
    bodies.append(resending("submissions", wire.encode(submission(score=8)), ORIGIN).body)
    assert len({msgspec.json.decode(body)["envelope_id"] for body in bodies}) == 3


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", SINGLE.replace('"score":', '"scor":'), SINGLE + "],["])
def test_what_ingest_cannot_read_is_never_sent(gateway: MemoryGateway, body: str) -> None:
    letter = gateway.operating.dead["submissions"].put(body, attributes=ORIGIN)
    told = replay(gateway, letter)
    assert (told["done"], [each["message_id"] for each in told["refused"]]) == ([], [letter])
    assert not gateway.queue.sent
    assert letter in gateway.operating.dead["submissions"].letters


def test_a_letter_of_a_newer_release_is_left_to_who_understands_it() -> None:
    newer = '{"type":"ledgerboard.facts","version":99}'
    assert resending(RANK.name, newer, {}).shape is Shape.AS_IS
    assert resending(SUBMISSIONS.name, newer.replace("facts", "submissions"), {}).shape is Shape.AS_IS


def test_corrections_go_again_as_they_are() -> None:
    body = wire.encode(CorrectionsMessage(corrections=(), correlation_id="c"))
    assert (resending(SUBMISSIONS.name, body, {}).shape, resending("history", body, {}).shape) == (Shape.AS_IS,) * 2
    assert resending(RANK.name, body, {}).shape is Shape.NEVER


def test_an_outage_leaves_the_letters_where_they_are(gateway: MemoryGateway) -> None:
    dead = gateway.operating.dead["submissions"]
    letter = dead.put(ENVELOPE)
    gateway.queue.available = False
    answer = gateway.post("/v1/dead-letters/submissions/replay", {"message_ids": [letter]})
    assert answer.status_code == 503
    assert (list(dead.letters), dead.hidden) == ([letter], set())


def test_what_was_sent_before_an_outage_is_deleted(gateway: MemoryGateway) -> None:
    dead, queue = gateway.operating.dead["submissions"], gateway.queue
    letters = [dead.put(ENVELOPE) for _ in range(2)]
    take = queue.send_one

    def only_one(message: Any) -> None:
        if queue.sent:
            raise UnavailableError("down")
        take(message)

    queue.send_one = only_one  # type: ignore[method-assign]  # A queue that fails half-way.
    assert gateway.post("/v1/dead-letters/submissions/replay", {"message_ids": letters}).status_code == 503
    assert list(dead.letters) == letters[1:]


def test_a_discarded_letter_is_gone_and_was_not_sent(gateway: MemoryGateway) -> None:
    dead = gateway.operating.dead["submissions"]
    letter, other = dead.put("{broken"), dead.put("{broken too")
    assert replay(gateway, letter, verb="discard") == {"done": [letter], "refused": [], "missing": []}
    assert (list(dead.letters), gateway.queue.sent) == ([other], [])


@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_a_request_must_name_its_letters(gateway: MemoryGateway, verb: str) -> None:
    for ids in ([], ["x"] * 101, [""]):
        assert gateway.post(f"/v1/dead-letters/rank/{verb}", {"message_ids": ids}).status_code == 400
