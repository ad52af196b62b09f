"""Comparisons are asked for and told."""

from dataclasses import replace
from uuid import uuid4

import pytest

from ledgerboard_ledger.reconciliation_records import FoundDifference, ReconciliationStage
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

PATH = "/v1/reconciliations"


def test_a_comparison_is_on_record_before_it_is_answered(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    answer = gateway.post(PATH, {"board": "race"})
    told = answer.get_json()
    assert (answer.status_code, told["state"], told["board"], told["proved"]) == (202, "requested", "race", None)
    assert gateway.post(PATH, {"board": "race"}).get_json() == told
    assert gateway.write("GET", f"{PATH}/{told['reconciliation_id']}", b"").get_json() == told


def test_without_a_board_all_are_compared(gateway: MemoryGateway) -> None:
    assert gateway.post(PATH, {}).get_json()["board"] is None


def test_what_came_out_is_told_with_the_first_differences(gateway: MemoryGateway) -> None:
    record = gateway.operating.reconciliations
    asked = record.request(None)
    done = replace(asked, state=ReconciliationStage.FINISHED, finished_at=NOON, differences=7, boards=2)
    record.asked[asked.reconciliation_id] = done
    record.found = [FoundDifference(board="race", view="all:board", kind="top", player=None, detail="it differs")]
    told = gateway.write("GET", f"{PATH}/{asked.reconciliation_id}", b"").get_json()
    assert (told["state"], told["proved"], told["differences"], told["boards"]) == ("finished", False, 7, 2)
    assert told["first"] == [
        {"board": "race", "view": "all:board", "kind": "top", "player": None, "detail": "it differs"}
    ]


def test_a_board_that_nobody_knows_is_not_compared(gateway: MemoryGateway) -> None:
    assert gateway.post(PATH, {"board": "none"}).status_code == 404
    assert not gateway.operating.reconciliations.asked


@pytest.mark.parametrize(("told", "status"), [("x", 400), ("019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e", 404)])
def test_a_comparison_that_nobody_asked_for_is_not_told(gateway: MemoryGateway, told: str, status: int) -> None:
    assert gateway.write("GET", f"{PATH}/{told}", b"").status_code == status


@pytest.mark.parametrize("body", [{"board": 7}, {"board": "a/b"}, {"bord": "race"}, b"{", []])
def test_a_wrong_body_asks_for_nothing(gateway: MemoryGateway, body: object) -> None:
    assert gateway.post(PATH, body).status_code == 400
    assert not gateway.operating.reconciliations.asked


def test_without_the_record_nothing_is_asked_for(gateway: MemoryGateway) -> None:
    gateway.operating.reconciliations.available = False
    assert gateway.post(PATH, {}).status_code == 503
    assert gateway.write("GET", f"{PATH}/{uuid4()}", b"").status_code == 503
