"""Comparisons that operators ask for are carried out, board after board, whatever becomes of the worker."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from sqlalchemy import Engine, text

from ledgerboard_contracts import DEFAULT_OPTIONS
from ledgerboard_history.proof.asked import MOST_ATTEMPTS, AskedProofs
from ledgerboard_history.proof.reconciling import Reconciled, Tell
from ledgerboard_history.proof.recording import Comparer, RecordedReconciliation
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import PostgresDefinitions, PostgresProofs
from ledgerboard_ledger.reconciliation_records import AskedReconciliation
from ledgerboard_ledger.reconciliations import PostgresReconciliations
from ledgerboard_testkit.plays import make_fact
from tests.integration.history.proving import NOW, Proof


@pytest.fixture
def proof(redis_url: str, engine: Engine) -> Iterator[Proof]:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM reconciliations"))
        connection.execute(text("DELETE FROM board_versions"))
    with redis.Redis.from_url(redis_url) as valkey:
        proof = Proof(valkey, engine)
        PostgresDefinitions(engine).define(proof.board, DEFAULT_OPTIONS)
        proof.play(make_fact("ann", 5, NOW), make_fact("bob", 6, NOW))
        yield proof


class _Worker:
    """One run after another, each under a name of its own; ``comparer`` may be another than the real one."""

    def __init__(self, proof: Proof, comparer: Comparer | None, most: timedelta = timedelta(minutes=4)) -> None:
        self.record = PostgresReconciliations(proof.engine)
        self._names = iter("abcdefgh")
        definitions = PostgresDefinitions(proof.engine)
        self._job = AskedProofs(
            self.record, definitions, comparer, proof, new_owner=lambda: next(self._names), most=most
        )

    def run(self) -> int:
        return self._job.run()

    def told(self, asked: AskedReconciliation) -> AskedReconciliation:
        found = self.record.get(asked.reconciliation_id)
        assert found is not None
        return found


class _Dying:
    """Tells how far it is, and dies as often as it is to."""

    def __init__(self, comparer: Comparer, deaths: int, error: type[BaseException]) -> None:
        self._comparer, self._deaths, self._error = comparer, deaths, error

    def reconcile(self, board: str, tell: Tell) -> Reconciled:
        result = self._comparer.reconcile(board, tell)
        self._deaths -= 1
        if self._deaths >= 0:
            raise self._error("the end")
        return result


def _comparer(proof: Proof) -> RecordedReconciliation:
    return RecordedReconciliation(proof.reconciliation(), PostgresProofs(proof.engine), proof)


def test_a_right_board_is_proved_and_the_result_is_the_boards_last(proof: Proof, engine: Engine) -> None:
    worker = _Worker(proof, _comparer(proof))
    assert worker.run() == 0
    asked = worker.record.request(proof.board)
    assert worker.run() == 1
    told = worker.told(asked)
    assert (told.state, told.is_proved, told.boards, told.boards_compared) == ("finished", True, 1, 1)
    assert (told.views, told.views_compared, told.differences, told.suspicions) == (4, 4, 0, 0)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT views FROM reconciled WHERE board = :board"), {"board": proof.board})
        assert kept.scalar_one() == 4


def test_differences_are_counted_and_the_first_are_told(proof: Proof) -> None:
    proof.fold(make_fact("ghost", 9, NOW))
    worker = _Worker(proof, _comparer(proof))
    asked = worker.record.request(None)
    worker.run()
    told = worker.told(asked)
    assert (told.state, told.is_proved, told.differences) == ("finished", False, 4)
    found = worker.record.differences(asked.reconciliation_id)
    assert {(each.board, each.kind, each.player) for each in found} == {(proof.board, "extra", "ghost")}
    assert all(each.detail.startswith("has 9 at") and "ghost" not in each.detail for each in found)


def test_how_far_it_is_can_be_seen_while_it_runs(proof: Proof) -> None:
    proof.fold(make_fact("ghost", 9, NOW))
    worker = _Worker(proof, _comparer(proof))
    asked = worker.record.request(proof.board)
    seen: list[AskedReconciliation] = []
    proof.on_pause = lambda: seen.append(worker.told(asked))
    worker.run()
    assert {(each.state, each.views, each.views_compared, each.is_proved) for each in seen} == {("running", 4, 4, None)}
    assert seen[0].suspicions >= 4


def test_a_run_that_took_long_leaves_the_rest_to_the_next(proof: Proof) -> None:
    second = f"{proof.board}-2"
    PostgresDefinitions(proof.engine).define(second, DEFAULT_OPTIONS)
    proof.fold(make_fact("ghost", 9, NOW))
    worker = _Worker(proof, _comparer(proof), timedelta(seconds=1))
    asked = worker.record.request(None)
    assert worker.run() == 1
    told = worker.told(asked)
    assert (told.state, told.boards, told.boards_compared, told.is_stalled) == ("running", 2, 1, False)
    assert worker.run() == 1
    told = worker.told(asked)
    assert (told.state, told.boards, told.boards_compared, told.views) == ("finished", 2, 2, 4)


@pytest.mark.parametrize("error", [UnavailableError, KeyboardInterrupt])
def test_what_breaks_off_is_taken_up_again(proof: Proof, error: type[BaseException]) -> None:
    worker = _Worker(proof, _Dying(_comparer(proof), 1, error))
    asked = worker.record.request(proof.board)
    with pytest.raises(error):
        worker.run()
    assert worker.told(asked).state == "running"
    assert worker.run() == 1
    told = worker.told(asked)
    assert (told.state, told.is_proved, told.views_compared, told.failure) == ("finished", True, 4, None)


def test_what_breaks_off_again_and_again_is_given_up_with_its_reason(proof: Proof) -> None:
    worker = _Worker(proof, _Dying(_comparer(proof), MOST_ATTEMPTS, UnavailableError))
    asked = worker.record.request(proof.board)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(UnavailableError):
            worker.run()
    assert worker.run() == 0
    told = worker.told(asked)
    assert (told.state, told.is_proved) == ("failed", None)
    assert told.failure == "given up after 3 attempts; 0 boards were compared: the end"


def test_a_worker_that_was_slower_than_its_lease_gives_way(proof: Proof, engine: Engine) -> None:
    proof.fold(make_fact("ghost", 9, NOW))
    worker, heir = _Worker(proof, _comparer(proof)), PostgresReconciliations(engine)
    asked = worker.record.request(proof.board)

    def lose() -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE reconciliations SET leased_until = now() - interval '1 second'"))
        heir.claim("heir", 100)

    proof.on_pause = lose
    assert worker.run() == 0
    assert worker.told(asked).state == "running"
    assert heir.claim("third", 100) is None


def test_without_an_address_of_the_boards_it_is_said_so(proof: Proof) -> None:
    worker = _Worker(proof, None)
    asked = worker.record.request(None)
    worker.run()
    told = worker.told(asked)
    assert (told.state, told.failure) == (
        "failed",
        "history has no address of the boards: LEDGERBOARD_REDIS_URL is not set",
    )
