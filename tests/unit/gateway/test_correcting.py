"""Corrections are asked for: 202 means that the queue stores them, and whatever is not sound is refused by name."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ledgerboard_contracts import CorrectionKind, CorrectionsMessage, event_time, wire
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import RecordedCorrection, Rejected
from ledgerboard_testkit.events import fact, rejection
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

WHY = {"reason": "Impossible time.", "author": "ada"}


def sent(gateway: MemoryGateway) -> CorrectionsMessage:
    (body,) = gateway.queue.bodies
    message, broken = wire.decode_submissions(body)
    assert isinstance(message, CorrectionsMessage)
    assert not broken
    return message


def recorded(player: str, second: int) -> RecordedCorrection:
    return RecordedCorrection(
        correction_id=new_uuid7(NOON + timedelta(seconds=second)),
        kind=CorrectionKind.BAN,
        occurred_at=NOON,
        recorded_at=NOON,
        reason="Cheats.",
        author="ada",
        board=None,
        player=player,
        event_id=None,
    )


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/v1/players/bob/ban", WHY, {"kind": "ban", "player": "bob"}),
        ("/v1/players/bob/ban", WHY | {"board": "race"}, {"kind": "ban", "player": "bob", "board": "race"}),
        ("/v1/players/bob/unban", WHY, {"kind": "unban", "player": "bob"}),
        ("/v1/players/a%20b/erase", WHY, {"kind": "erase", "player": "a b"}),
        ("/v1/boards/race/reset", WHY, {"kind": "reset", "board": "race"}),
    ],
)
def test_what_is_answered_is_what_the_queue_stores(
    gateway: MemoryGateway, path: str, body: dict[str, str], named: dict[str, str]
) -> None:
    gateway.record.ensure("race")
    answer = gateway.write("POST", path, body, headers={"X-Request-ID": "req-1"})
    message = sent(gateway)
    (correction,) = message.corrections
    assert (answer.status_code, message.correlation_id) == (202, "req-1")
    assert answer.get_json()["correction_id"] == str(correction.correction_id)
    assert {name: value for name, value in answer.get_json().items() if value is not None} == named | {
        "correction_id": str(correction.correction_id),
        "occurred_at": "2026-11-21T12:00:00Z",
    }
    assert (correction.reason, correction.author) == (WHY["reason"], WHY["author"])


def test_a_voided_event_is_named_with_its_board_and_its_player(gateway: MemoryGateway) -> None:
    played = fact("bob", 7)
    gateway.ledger.add("race", played)
    answer = gateway.post(f"/v1/events/{played.event_id}/void", WHY)
    (correction,) = sent(gateway).corrections
    assert (answer.status_code, correction.kind) == (202, CorrectionKind.VOID)
    assert (correction.event_id, correction.board, correction.player) == (played.event_id, "race", "bob")


def test_what_is_not_recorded_as_a_play_cannot_be_voided(gateway: MemoryGateway) -> None:
    refused = rejection()
    gateway.ledger.reject(Rejected(rejection=refused, recorded_at=NOON))
    for event_id, status in ((new_uuid7(NOON), 404), (refused.event_id, 404), (uuid4(), 400), ("nonsense", 400)):
        assert gateway.post(f"/v1/events/{event_id}/void", WHY).status_code == status
    assert not gateway.queue.sent


def test_a_board_is_deleted_for_a_reason_that_stands_in_the_query(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    assert gateway.write("DELETE", "/v1/boards/race?author=ada", b"").status_code == 400
    assert gateway.write("DELETE", "/v1/boards/race?reason=Over", b"").status_code == 202
    (correction,) = sent(gateway).corrections
    assert (correction.kind, correction.board, correction.reason) == (CorrectionKind.DELETE, "race", "Over")


@pytest.mark.parametrize("path", ["/v1/boards/none/reset", "/v1/players/bob/ban"])
def test_a_board_that_nobody_knows_cannot_be_corrected(gateway: MemoryGateway, path: str) -> None:
    answer = gateway.post(path, WHY | ({"board": "none"} if "ban" in path else {}))
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/docs/problems/unknown-board")
    assert not gateway.queue.sent


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"author": "ada"}, "reason"),
        (WHY | {"reason": ""}, "reason"),
        (WHY | {"reason": "  "}, "reason"),
        (WHY | {"reason": "nul \x00"}, "reason"),
        (WHY | {"reason": "x" * 501}, "reason"),
        (WHY | {"author": "a/b"}, "author"),
        (WHY | {"board": "v1"}, "board"),
        (WHY | {"bord": "race"}, "bord"),
    ],
)
def test_the_field_at_fault_is_named(gateway: MemoryGateway, body: dict[str, str], field: str) -> None:
    answer = gateway.post("/v1/players/bob/ban", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
    assert not gateway.queue.sent


def test_without_an_acknowledgement_there_is_no_202(gateway: MemoryGateway) -> None:
    gateway.queue.available = False
    answer = gateway.post("/v1/players/bob/ban", WHY)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/correction-unacknowledged")
    assert answer.headers["Retry-After"]


def test_nothing_is_sent_while_the_ledger_cannot_say_what_is_voided(gateway: MemoryGateway) -> None:
    gateway.ledger.available = False
    answer = gateway.post(f"/v1/events/{new_uuid7(NOON)}/void", WHY)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/unavailable")
    assert not gateway.queue.sent


@pytest.mark.parametrize("path", ["/v1/players/bob/ban", "/v1/players/bob/erase", "/v1/boards/race/reset"])
def test_nothing_is_sent_while_the_ledger_cannot_say_what_time_it_is(gateway: MemoryGateway, path: str) -> None:
    gateway.record.ensure("race")
    gateway.users.sign_up("bob", "Aa345678", "bob@example.com")
    gateway.operating.moments.available = False
    answer = gateway.post(path, WHY)
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/docs/problems/unavailable")
    assert not gateway.queue.sent
    assert "bob" in gateway.users.accounts


@pytest.mark.parametrize("ahead", [timedelta(seconds=-20), timedelta(seconds=20)])
def test_a_correction_is_stamped_by_the_clock_of_the_ledger(gateway: MemoryGateway, ahead: timedelta) -> None:
    gateway.operating.moments.ahead = ahead
    assert gateway.post("/v1/players/bob/ban", WHY).status_code == 202
    (correction,) = sent(gateway).corrections
    assert correction.occurred_at == event_time(correction.correction_id) == NOON + ahead


def test_under_a_key_a_correction_keeps_the_stamps_that_it_had_first(gateway: MemoryGateway) -> None:
    gateway.operating.moments.ahead = timedelta(seconds=20)
    gateway.queue.available = False
    key = {"Idempotency-Key": "ban-bob"}
    first = gateway.write("POST", "/v1/players/bob/ban", WHY, headers=key)
    assert first.get_json()["type"] == "/docs/problems/correction-unacknowledged"
    gateway.queue.available = True
    gateway.clock.advance(timedelta(minutes=1))
    assert gateway.write("POST", "/v1/players/bob/ban", WHY, headers=key).status_code == 202
    (correction,) = sent(gateway).corrections
    assert correction.occurred_at == event_time(correction.correction_id) == NOON + timedelta(seconds=20)
    assert str(correction.correction_id) in first.get_json()["detail"]


def test_corrections_are_told_in_pages_newest_first(gateway: MemoryGateway) -> None:
    known = [recorded(player, second) for second, player in enumerate(("bob", "eve", "bob"))]
    gateway.operating.log.corrections = known
    first = gateway.write("GET", "/v1/corrections?player=bob&limit=1", b"").get_json()
    second = gateway.write("GET", first["next"], b"").get_json()
    told = [each["correction_id"] for page in (first, second) for each in page["corrections"]]
    assert told == [str(known[2].correction_id), str(known[0].correction_id)]
    assert gateway.write("GET", second["next"], b"").get_json() == {"corrections": [], "next": None}


def test_a_banned_players_scores_are_refused_and_those_of_others_are_not(gateway: MemoryGateway) -> None:
    gateway.operating.ban("bob")
    gateway.operating.ban("eve", "race")
    one = gateway.post("/v1/boards/race/scores", {"player": "bob", "score": 1})
    assert (one.status_code, one.get_json()["type"]) == (403, "/docs/problems/player-banned")
    assert gateway.post("/race/eve", {"score": 1}).status_code == 403
    scores = [{"board": board, "player": player, "score": 1} for board in ("race", "golf") for player in ("bob", "eve")]
    told = gateway.post("/v1/scores", {"scores": scores}).get_json()
    assert [each["status"] for each in told["results"]] == ["refused", "refused", "refused", "accepted"]


def test_an_outage_of_the_record_leaves_the_bans_as_they_were(gateway: MemoryGateway) -> None:
    gateway.operating.ban("bob")
    gateway.operating.log.available = False
    gateway.operating.bans.refresh()
    assert gateway.operating.bans.is_banned("bob", "race")
