"""The record of keyed requests, real and in memory, is what the model says whatever happens in whatever order."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, text

from ledgerboard_ledger.idempotency import KEPT, LEASE, Held, KeyedRequest, PostgresKeyedRequests, Refusal
from ledgerboard_testkit.memory import FixedClock, MemoryKeyedRequests
from tests.contract.keyed_owners_machine import KeyedOwnersMachine
from tests.contract.keyed_requests_machine import Bench

EXAMPLES = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False
)


def in_memory() -> Bench:
    clock = FixedClock()
    record = MemoryKeyedRequests(clock)
    return Bench(record, lambda: clock.advance(LEASE), lambda: clock.advance(2 * KEPT), lambda: record.purge(100))


def in_postgres(engine: Engine) -> Bench:
    record = PostgresKeyedRequests(engine)

    def pass_by(columns: str) -> Callable[[], None]:
        def run() -> None:
            with engine.begin() as connection:
                connection.execute(text(f"UPDATE keyed_requests SET {columns}"))  # noqa: S608 -- a constant.

        return run

    lapsed = "leased_until = least(leased_until, clock_timestamp())"
    over = f"{lapsed}, expires_at = least(expires_at, clock_timestamp())"
    return Bench(record, pass_by(lapsed), pass_by(over), lambda: record.purge(100_000))


def check(make: Callable[[], Bench]) -> None:
    class Machine(KeyedOwnersMachine):
        def __init__(self) -> None:
            super().__init__(make())

    run_state_machine_as_test(Machine, settings=EXAMPLES)


def test_in_memory() -> None:
    check(in_memory)


def test_in_postgres(engine: Engine) -> None:
    check(lambda: in_postgres(engine))


def check_most(bench: Bench) -> None:
    """So many are kept of one caller, whoever else has some, and what is known stays known."""
    record, moment = bench.record, datetime.now(UTC)
    caller, others = f"player:{uuid4()}", f"player:{uuid4()}"

    def claim(of: str, name: bytes) -> object:
        wanted = KeyedRequest(
            caller=of, key_digest=name, fingerprint=b"f", claimed_at=moment, seed=uuid4(), owner=uuid4()
        )
        return record.claim(wanted, 3)

    first = claim(caller, b"0")
    assert isinstance(first, Held)
    assert all(isinstance(claim(each, b"1"), Held) for each in (caller, others))
    assert isinstance(claim(caller, b"2"), Held)
    assert [claim(caller, name) for name in (b"3", b"4")] == [Refusal.TOO_MANY] * 2
    assert claim(caller, b"1") is Refusal.UNDER_WAY
    assert isinstance(claim(others, b"3"), Held)
    record.withdraw(first)
    assert isinstance(claim(caller, b"3"), Held)
    assert claim(caller, b"4") is Refusal.TOO_MANY


def test_so_many_of_one_caller_are_kept_in_memory() -> None:
    check_most(in_memory())


def test_so_many_of_one_caller_are_kept_in_postgres(engine: Engine) -> None:
    check_most(in_postgres(engine))
