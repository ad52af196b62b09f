"""What a keyed submission sends is fixed when it is first sent, whatever has changed since."""

from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import BoardOptions, Source, Submission
from ledgerboard_gateway.http.key_bodies import ToldKeyAnswer
from ledgerboard_ledger.idempotency import LEASE
from ledgerboard_testkit.polling import eventually
from tests.unit.gateway.gateways import MemoryGateway

ADA: Final = {"player": "ada", "score": 7}
THREE: Final = [{"board": "race", "player": player, "score": 1} for player in ("ada", "eve", "zoe")]
LARGE: Final = [{"board": "race", "player": f"p{n}", "score": n, "attributes": {"f": "x" * 90}} for n in range(80)]


def send(gateway: MemoryGateway, path: str, body: Any, key: str = "k-1") -> TestResponse:
    return gateway.write("POST", path, body, headers={"Idempotency-Key": key})


def send_in_vain(gateway: MemoryGateway, path: str, body: Any) -> TestResponse:
    """A request that the queue does not acknowledge, and whose claim is then free."""
    gateway.queue.available = False
    answer = send(gateway, path, body)
    gateway.queue.available = True
    gateway.clock.advance(LEASE)
    assert answer.status_code == 503
    return answer


def send_until_accepted(gateway: MemoryGateway, path: str, body: Any) -> TestResponse:
    """The publisher may still be at the first try, which it then sends after all."""

    def accepted() -> TestResponse | None:
        answer = send(gateway, path, body)
        return answer if answer.status_code == 202 and not answer.get_json().get("unavailable") else None

    found = eventually(accepted, what="an acceptance")
    assert found is not None
    return found


def submissions(gateway: MemoryGateway) -> list[Submission]:
    """Each once: copies are equal."""
    sent = [each for envelope in gateway.queue.envelopes for each in envelope.submissions]
    distinct = {each.event_id: each for each in sent}
    assert all(each == distinct[each.event_id] for each in sent)
    return list(distinct.values())


def test_a_second_try_sends_what_the_first_would_have_sent(gateway: MemoryGateway) -> None:
    began = gateway.clock.now()
    late = send_in_vain(gateway, "/v1/boards/race/scores", ADA)
    gateway.record.define("race", BoardOptions(title="another version"))
    told = send_until_accepted(gateway, "/v1/boards/race/scores", ADA)
    (sent,) = submissions(gateway)
    assert (told.status_code, [told.get_json()["event_id"]]) == (202, late.get_json()["event_ids"])
    assert (str(sent.event_id), sent.occurred_at, sent.board_version) == (told.get_json()["event_id"], began, 1)


def test_who_became_a_manager_meanwhile_still_submits_as_the_player_they_were(gateway: MemoryGateway) -> None:
    gateway.record.define("race", BoardOptions())

    def send_as(*groups: str) -> TestResponse:
        headers = {"Idempotency-Key": "k-1", "Authorization": f"Bearer {gateway.tokens.issue('ada', *groups)}"}
        return gateway.write("POST", "/v1/boards/race/scores", ADA, headers=headers)

    gateway.queue.available = False
    assert send_as("players").status_code == 503
    gateway.queue.available = True
    gateway.clock.advance(LEASE)
    eventually(lambda: send_as("players", "managers").status_code == 202, what="an acceptance")
    assert [each.source for each in submissions(gateway)] == [Source.PLAYER]


def test_who_was_banned_meanwhile_stays_in_the_envelope_and_who_was_banned_before_stays_out(
    gateway: MemoryGateway,
) -> None:
    gateway.operating.ban("eve")
    send_in_vain(gateway, "/v1/scores", {"scores": THREE})
    gateway.operating.log.in_force.clear()
    gateway.operating.ban("zoe")
    told = send_until_accepted(gateway, "/v1/scores", {"scores": THREE}).get_json()
    assert [each.player for each in submissions(gateway)] == ["ada", "zoe"]
    assert [each["status"] for each in told["results"]] == ["accepted", "refused", "accepted"]
    assert told["results"][1]["errors"][0]["field"] == "Idempotency-Key"
    assert told["results"][2]["event_id"] == str(submissions(gateway)[1].event_id)


def test_later_scores_of_a_bulk_come_later_each_under_the_id_of_its_place(gateway: MemoryGateway) -> None:
    told = send(gateway, "/v1/scores", {"scores": LARGE}).get_json()
    sent = submissions(gateway)
    assert [each.player for each in sent] == [item["player"] for item in LARGE]
    assert sent == sorted(sent, key=lambda each: (each.occurred_at, each.event_id))
    assert len({(each.occurred_at, each.event_id) for each in sent}) == len(LARGE)
    assert [str(each.event_id) for each in sent] == [each["event_id"] for each in told["results"]]


def test_an_answer_that_leaves_doubt_is_not_kept(gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two envelopes the queue takes one: the scores of the other can be asked for again, all of them together."""
    monkeypatch.setattr("ledgerboard_gateway.parcels.MAX_MESSAGE_BYTES", 14_000)
    take, sizes = gateway.queue.send_one, list[int]()

    def take_one(message: Any) -> None:
        gateway.queue.available = not sizes or len(message.body) == sizes[0]
        take(message)
        sizes.append(len(message.body))

    monkeypatch.setattr(gateway.queue, "send_one", take_one)
    first = send(gateway, "/v1/scores", {"scores": LARGE})
    assert (first.status_code, first.get_json()["unavailable"] > 0) == (202, True)
    monkeypatch.undo()
    gateway.queue.available = True
    again = send_until_accepted(gateway, "/v1/scores", {"scores": LARGE})
    assert (again.get_json()["unavailable"], "Idempotency-Replayed" in again.headers) == (0, False)
    ids = [[each["event_id"] for each in answer.get_json()["results"]] for answer in (first, again)]
    assert ids[0] == ids[1]
    contents = {
        envelope.envelope_id: [each.event_id for each in envelope.submissions] for envelope in gateway.queue.envelopes
    }
    assert all(
        contents[each.envelope_id] == [one.event_id for one in each.submissions] for each in gateway.queue.envelopes
    )
    assert len(contents) == 2


def test_an_answer_that_tells_a_secret_is_told_once_and_kept_nowhere(gateway: MemoryGateway) -> None:
    body = {"name": "server", "scopes": ["submit"]}
    first, again = send(gateway, "/v1/keys", body), send(gateway, "/v1/keys", body)
    assert first.status_code == 201
    assert (again.status_code, again.get_json()["type"]) == (409, "/docs/problems/already-done")
    assert first.get_json()["key"] not in repr(gateway.keyed.__dict__)


def test_every_operation_that_tells_a_key_says_that_it_is_secret(gateway: MemoryGateway) -> None:
    for operation in gateway.server_keys.routes.operations():
        tells = any(ToldKeyAnswer in answer.models for answer in operation.answers.values())
        assert operation.is_secret == tells, operation.rule
