"""What users are told of the ledger: plays by level and time, best plays, ranks over time, and an event's history."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from ledgerboard_contracts import BoardOptions, CorrectionKind, Order
from ledgerboard_ledger import RankOfDay, RecordedCorrection
from ledgerboard_testkit.events import event_id, fact
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

DAY = timedelta(days=1)


def scores_of(gateway: MemoryGateway, path: str | None) -> list[int]:
    """Of every page."""
    scores: list[int] = []
    while path:
        told = gateway.get(path).get_json()
        scores += [row["score"] for row in told["scores"]]
        path = told["next"]
    return scores


def correction(kind: CorrectionKind, player: str, event: UUID | None = None, reason: str = "why") -> RecordedCorrection:
    return RecordedCorrection(
        correction_id=event_id(), kind=kind, occurred_at=NOON, recorded_at=NOON, reason=reason, author="judge",
        board="race", player=player, event_id=event,
    )  # fmt: skip


def test_plays_on_a_level_within_a_time_are_led_through_by_next(gateway: MemoryGateway) -> None:
    for number in range(12):
        gateway.ledger.add("race", fact(score=number, at=NOON + number * DAY, level=str(number % 2)))
        gateway.ledger.add("chess", fact(score=99, at=NOON + number * DAY, level="0"))
    path = "/v1/players/ada/scores?board=race&level=0&limit=2"
    assert scores_of(gateway, path) == [10, 8, 6, 4, 2, 0]
    path = f"{path}&since=2026-11-23T13:00:00%2B01:00&until=2026-12-01T12:00:00.000Z"
    assert scores_of(gateway, path) == [8, 6, 4, 2]
    following = parse_qs(urlsplit(gateway.get(path).get_json()["next"]).query)
    assert following.keys() == {"before", "limit", "board", "level", "since", "until"}
    assert (following["since"], following["until"]) == (["2026-11-23T13:00:00+01:00"], ["2026-12-01T12:00:00Z"])


@pytest.mark.parametrize(("order", "expected"), [(Order.DESC, [9, 7, 7, 1, -3]), (Order.ASC, [-3, 1, 7, 7, 9])])
def test_best_plays_come_in_the_boards_order_and_next_leads_through_all_that_count(
    gateway: MemoryGateway, order: Order, expected: list[int]
) -> None:
    gateway.record.define("race", BoardOptions(order=order, min_score=-100))
    made = [fact("a&b é", score) for score in (7, 1, 9, -3, 7, 8)]
    for each in made:
        gateway.ledger.add("race", each)
    gateway.ledger.discount(made[-1].event_id)
    gateway.ledger.add("race", fact("bob", 50))
    assert scores_of(gateway, "/v1/boards/race/players/a&b%20%C3%A9/scores?limit=2") == expected
    told = gateway.get("/v1/boards/race/players/nobody/scores").get_json()
    assert (told["scores"], told["next"]) == ([], None)


def test_ranks_are_those_of_the_last_thirty_days_unless_days_are_named(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    today = NOON.date()
    gateway.ranks.keep(
        "race", "ada", *(RankOfDay(day=today - n * DAY, rank=n, score=100 - n) for n in (0, 1, 29, 30, 365, 366))
    )
    told = gateway.get("/v1/boards/race/players/ada/ranks").get_json()
    assert (told["from"], told["to"]) == ("2026-10-23", "2026-11-21")
    assert [row["rank"] for row in told["ranks"]] == [29, 1, 0]
    assert told["ranks"][-2] == {"day": "2026-11-20", "rank": 1, "position": 2, "score": 99}
    for query, expected in (
        ("from=2025-11-21", [365, 30, 29, 1, 0]), ("to=2026-11-20", [30, 29, 1]),
        ("from=2025-11-19&to=2025-11-20", [366]), ("from=2026-11-21&to=2026-11-21", [0]), ("to=0001-01-03", []),
    ):  # fmt: skip
        told = gateway.get(f"/v1/boards/race/players/ada/ranks?{query}").get_json()
        assert [row["rank"] for row in told["ranks"]] == expected, query


def test_a_play_counts_until_it_is_voided_and_the_reason_is_told_without_its_author(gateway: MemoryGateway) -> None:
    played, other = fact("ada", 7), fact("ada", 7)
    gateway.ledger.add("race", played)
    gateway.ledger.add("race", other)
    told = gateway.get(f"/v1/events/{played.event_id}").get_json()
    assert (told["counts"], told["corrections"]) == (True, [])
    void = correction(CorrectionKind.VOID, "ada", played.event_id, "Impossible time.")
    gateway.operating.log.corrections.append(void)
    gateway.ledger.discount(played.event_id)
    answer = gateway.get(f"/v1/events/{played.event_id}")
    told = answer.get_json()
    assert (told["status"], told["counts"]) == ("recorded", False)
    assert told["corrections"] == [{
        "correction_id": str(void.correction_id), "kind": "void", "reason": "Impossible time.",
        "occurred_at": "2026-11-21T12:00:00Z",
    }]  # fmt: skip
    assert "judge" not in answer.text
    assert gateway.get(f"/v1/events/{other.event_id}").get_json()["counts"] is True


def test_a_play_that_the_ledger_counts_no_more_says_so_without_a_correction_of_its_own(gateway: MemoryGateway) -> None:
    reset, banned, erased = fact("ada", 7), fact("bob", 7), fact("erased:1", 7)
    for each in (reset, banned, erased):
        gateway.ledger.add("race", each)
    for each in (reset, erased):
        gateway.ledger.discount(each.event_id)
    gateway.operating.ban("bob")
    gateway.operating.log.corrections.append(correction(CorrectionKind.ERASE, "erased:1"))
    for each in (reset, banned, erased):
        told = gateway.get(f"/v1/events/{each.event_id}").get_json()
        assert (told["counts"], told["corrections"]) == (False, []), each.player


def test_what_the_ledger_tells_of_an_unknown_board_is_that_it_is_unknown(gateway: MemoryGateway) -> None:
    for path in ("players/ada/scores", "players/ada/ranks", "record"):
        answer = gateway.get(f"/v1/boards/nope/{path}")
        assert (answer.status_code, answer.get_json()["type"]) == (404, "/docs/problems/unknown-board"), path


def test_what_cannot_be_asked_is_a_503_and_never_an_empty_answer(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    played = fact()
    gateway.ledger.add("race", played)
    gateway.operating.log.available = gateway.ranks.available = False
    assert gateway.get("/v1/boards/race/players/ada/ranks").status_code == 503
    assert gateway.get(f"/v1/events/{played.event_id}").status_code == 200, "A play that counts was not voided."
    gateway.ledger.discount(played.event_id)
    assert gateway.get(f"/v1/events/{played.event_id}").status_code == 503
    gateway.ledger.available = False
    assert gateway.get("/v1/boards/race/players/ada/scores").status_code == 503
    assert gateway.get("/v1/boards/race/record").status_code == 503
