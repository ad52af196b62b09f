"""Keyed requests whose time is over are forgotten, however many there are, and no others."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ledgerboard_history.forgetting import AT_ONCE, ForgetKeyedRequests
from ledgerboard_ledger.idempotency import KEPT, KeyedRequest, Refusal
from ledgerboard_testkit.memory import FixedClock, MemoryKeyedRequests


@pytest.mark.parametrize("count", [0, 1, AT_ONCE, AT_ONCE + 1])
def test_all_that_is_over_is_forgotten(count: int) -> None:
    clock = FixedClock()
    requests = MemoryKeyedRequests(clock)

    def ask(number: int) -> KeyedRequest:
        wanted = KeyedRequest(
            caller="key:1",
            key_digest=number.to_bytes(4),
            fingerprint=b"f",
            claimed_at=clock.now(),
            seed=uuid4(),
            owner=uuid4(),
        )
        requests.claim(wanted)
        return wanted

    for number in range(count):
        ask(number)
    clock.advance(KEPT - timedelta(seconds=1))
    young = ask(count)
    clock.advance(timedelta(seconds=1))
    assert ForgetKeyedRequests(requests).run() == count
    assert ForgetKeyedRequests(requests).run() == 0
    assert requests.claim(young) is Refusal.UNDER_WAY
