"""``Prefer: wait``: 200 with the standings, 422 with the reason, else 202; never more waiters than seats."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from ledgerboard_contracts import DEFAULT_OPTIONS, Submission, derived_envelope_id
from ledgerboard_gateway.http.preferences import wait_seconds
from ledgerboard_ledger import Rejected
from ledgerboard_testkit.events import fact, rejection
from ledgerboard_testkit.memory import NOON
from ledgerboard_testkit.polling import eventually
from tests.unit.gateway.gateways import MemoryGateway


@pytest.fixture
def listening(gateway: MemoryGateway) -> MemoryGateway:
    """A gateway that hears of folds, with a board on which ada has 10 and bob 20."""
    gateway.folds.connected()
    gateway.record.define("race", DEFAULT_OPTIONS)
    gateway.boards.add("race", fact("ada", 10), fact("bob", 20))
    return gateway


def post(gateway: MemoryGateway, score: int, prefer: str = "wait=1") -> TestResponse:
    body = {"player": "ada", "score": score}
    return gateway.write("POST", "/v1/boards/race/scores", body, headers={"Prefer": prefer})


@contextmanager
def posted(gateway: MemoryGateway, score: int) -> Iterator[tuple[Submission, Any]]:
    """A submission that was sent, and its answer to come."""
    sent = len(gateway.queue.sent)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, gateway, score)
        eventually(lambda: len(gateway.queue.sent) > sent, what="the send")
        yield gateway.queue.envelopes[-1].submissions[0], answer


def play(gateway: MemoryGateway, submission: Submission) -> None:
    """What the workers do: fold, tell of it, record."""
    made = fact(submission.player, submission.score, at=submission.occurred_at, event_id=submission.event_id)
    gateway.boards.add("race", made)
    tell(gateway)
    gateway.ledger.add("race", made)


def tell(gateway: MemoryGateway) -> None:
    gateway.folds.folded(derived_envelope_id(gateway.queue.envelopes[-1].envelope_id, "race", 1))


def test_it_tells_the_place_in_every_view_and_the_one_before(listening: MemoryGateway) -> None:
    with posted(listening, 30) as (submission, answer):
        play(listening, submission)
    told = answer.result()
    assert (told.status_code, told.headers["Preference-Applied"]) == (200, "wait=1")
    body = told.get_json()
    assert body["event_id"] == str(submission.event_id)
    assert [(each["period"], each["key"]) for each in body["standings"]] == [
        ("all", "all"), ("month", "2026-11"), ("week", "2026-W47"), ("day", "2026-11-21"),
    ]  # fmt: skip
    for each in body["standings"]:
        assert (each["rank"], each["position"], each["score"]) == (0, 1, 30)
        assert (each["previous_rank"], each["previous_score"], each["improved"]) == (1, 10, True)


def test_a_play_that_does_not_count_improves_nothing(listening: MemoryGateway) -> None:
    with posted(listening, 5) as (submission, answer):
        play(listening, submission)
    assert {(each["score"], each["improved"]) for each in answer.result().get_json()["standings"]} == {(10, False)}


def test_a_rejection_is_told_with_its_reason(listening: MemoryGateway) -> None:
    with posted(listening, 30) as (submission, answer):
        refused = rejection(event_id=submission.event_id)
        listening.ledger.reject(Rejected(rejection=refused, recorded_at=NOON))
    told = answer.result()
    assert (told.status_code, told.get_json()["type"]) == (422, "/docs/problems/rejected")
    assert told.get_json()["detail"] == refused.detail
    assert told.get_json()["event_ids"] == [str(submission.event_id)]


def test_a_fold_alone_does_not_tell_that_this_very_submission_was_accepted(listening: MemoryGateway) -> None:
    with posted(listening, 30) as (submission, answer):
        tell(listening)  # Of others in the same envelope.
        refused = rejection(event_id=submission.event_id)
        listening.ledger.reject(Rejected(rejection=refused, recorded_at=NOON))
    assert answer.result().status_code == 422


def test_what_is_recorded_but_not_yet_folded_is_not_shown(listening: MemoryGateway) -> None:
    with posted(listening, 30) as (submission, answer):
        listening.ledger.add("race", fact("ada", 30, event_id=submission.event_id))
    assert answer.result().status_code == 202
    assert "Preference-Applied" not in answer.result().headers


@pytest.mark.parametrize("down", ["boards", "ledger"])
def test_an_outage_of_what_is_read_leaves_the_202(listening: MemoryGateway, down: str) -> None:
    setattr(getattr(listening, down), "available", False)  # noqa: B010 -- the fake itself.
    assert post(listening, 30).status_code == 202


def test_without_announcements_it_does_not_wait(listening: MemoryGateway) -> None:
    def fail(_event_id: UUID) -> None:
        raise AssertionError("asked for an event")

    listening.ledger.event = fail  # type: ignore[assignment,method-assign]  # The fake itself.
    listening.folds.lost()
    assert post(listening, 30).status_code == 202
    listening.folds.connected()
    assert post(listening, 30).status_code == 500


def test_more_than_may_wait_are_answered_at_once(listening: MemoryGateway) -> None:
    with posted(listening, 30) as (_, first), posted(listening, 31) as (_, second):
        assert post(listening, 32).status_code == 202
        assert not first.done()
        assert not second.done()
    assert (first.result().status_code, second.result().status_code) == (202, 202)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=5", 5), ("WAIT = 5", 5), ('wait="5"', 5), ("respond-async, wait=5", 5), ("wait=5; foo=bar", 5),
        ("wait=3, wait=5", 3), ("wait=-1", 0), ("wait=x", 0), ("wait", 0), ("", 0), (None, 0), ("wait=0", 0),
        ("wait=1.5", 0), ("await=5", 0), ("wait=\u0665", 0),
    ],
)  # fmt: skip
def test_only_a_wait_that_makes_sense_is_heeded(header: str | None, seconds: int) -> None:
    assert wait_seconds(header) == seconds
