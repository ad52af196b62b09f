"""A comparison that was asked for is a row: one worker at a time has it, and none keeps it for ever."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_ledger.reconciliation_records import (
    AskedReconciliation,
    BoardCompared,
    FoundDifference,
    ReconciliationStage,
)
from ledgerboard_ledger.reconciliations import MOST_KEPT, PostgresReconciliations


@pytest.fixture
def record(engine: Engine) -> PostgresReconciliations:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM reconciliations"))
    return PostgresReconciliations(engine)


def _claimed(record: PostgresReconciliations, owner: str = "one") -> AskedReconciliation:
    asked = record.claim(owner, 100)
    assert asked is not None
    return asked


def _let_the_lease_end(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE reconciliations SET leased_until = now() - interval '61 seconds'"))


def _compared(board: str, differences: int = 0, *, is_live: bool = True) -> BoardCompared:
    first = [
        FoundDifference(board=board, view="all:board", kind="missing", player=f"p{place}", detail="has nothing")
        for place in range(differences)
    ]
    return BoardCompared(
        board=board, is_live=is_live, views=4, unsettled=1, differences=differences, first=tuple(first)
    )


def test_asking_again_before_anybody_began_asks_for_nothing_more(record: PostgresReconciliations) -> None:
    asked = [record.request(board) for board in ("race", None, "race", None, "golf")]
    assert len({each.reconciliation_id for each in asked}) == 3
    assert {(each.state, each.is_proved, each.is_stalled) for each in asked} == {
        (ReconciliationStage.REQUESTED, None, False)
    }
    assert _claimed(record).board == "race"
    assert record.request("race").reconciliation_id not in {each.reconciliation_id for each in asked}


def test_the_oldest_is_taken_first_and_by_one_alone(record: PostgresReconciliations) -> None:
    first, second = record.request("race"), record.request(None)
    assert _claimed(record, "one").reconciliation_id == first.reconciliation_id
    assert _claimed(record, "two").reconciliation_id == second.reconciliation_id
    assert record.claim("three", 100) is None


def test_what_comes_out_adds_up_and_the_first_differences_are_kept(record: PostgresReconciliations) -> None:
    record.request(None)
    asked = _claimed(record)
    for result in (_compared("a", 60), _compared("b", 60), _compared("c", is_live=False)):
        asked = record.compared(asked, "one", result) or asked
    record.end(asked, "one")
    told = record.get(asked.reconciliation_id)
    assert told is not None
    assert (told.state, told.differences, told.unsettled, told.boards_compared) == ("finished", 120, 3, 3)
    assert (told.boards_unread, told.views, told.views_compared, told.after_board) == (1, 12, 12, "c")
    assert told.is_proved is False
    kept = record.differences(asked.reconciliation_id)
    assert (len(kept), kept[0].player, kept[60].board) == (MOST_KEPT, "p0", "b")


def test_one_without_any_difference_is_proved(record: PostgresReconciliations) -> None:
    record.request("race")
    asked = _claimed(record)
    record.end(asked, "one")
    told = record.get(asked.reconciliation_id)
    assert told is not None
    assert told.is_proved is True
    assert record.get(uuid4()) is None
    assert record.claim("two", 100) is None


def test_a_worker_that_died_leaves_it_stalled_and_to_the_next(record: PostgresReconciliations, engine: Engine) -> None:
    record.request("race")
    dead = _claimed(record, "dead")
    _let_the_lease_end(engine)
    stalled = record.get(dead.reconciliation_id)
    assert stalled is not None
    assert stalled.is_stalled
    heir = _claimed(record, "heir")
    assert (heir.reconciliation_id, heir.attempts, heir.is_stalled) == (dead.reconciliation_id, 2, False)
    assert record.progress(dead, "dead", 100, views_compared=7) is None
    assert record.compared(dead, "dead", _compared("race")) is None
    record.end(dead, "dead")
    record.release(dead, "dead")
    assert _state(record, heir.reconciliation_id) == "running"
    assert record.claim("third", 100) is None


def test_what_is_given_back_is_taken_at_once(record: PostgresReconciliations) -> None:
    record.request("race")
    asked = _claimed(record)
    record.note_failure(asked, "one", "Redis is down")
    record.release(asked, "one")
    again = _claimed(record, "two")
    assert (again.failure, again.attempts) == ("Redis is down", 2)
    assert record.compared(again, "two", _compared("race")) is not None
    record.release(again, "two")
    assert _claimed(record, "three").attempts == 1


def test_old_ones_are_forgotten_with_what_they_found(record: PostgresReconciliations, engine: Engine) -> None:
    record.request("race")
    asked = _claimed(record)
    record.compared(asked, "one", _compared("race", 1))
    with engine.begin() as connection:
        connection.execute(text("UPDATE reconciliations SET requested_at = now() - interval '31 days'"))
    record.request("golf")
    assert record.get(asked.reconciliation_id) is None
    assert record.differences(asked.reconciliation_id) == []


def _state(record: PostgresReconciliations, reconciliation_id: UUID) -> str | None:
    found = record.get(reconciliation_id)
    return None if found is None else found.state.value
