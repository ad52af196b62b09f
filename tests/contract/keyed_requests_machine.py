"""Any interleaving of claims, plans, sends, answers, deaths and lapses, against a model of it.

A try that simply does nothing more has died. What must hold: one request sends one thing, and tells one answer.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledgerboard_gateway.idempotency import Claim, Idempotency, Plan, Record, UnderWayError
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger.idempotency import KeptAnswer, Refusal
from ledgerboard_testkit.memory import FixedClock

KEYS = st.sampled_from(["k-1", "k-1", "k-2"])
BODIES = st.sampled_from([b"this", b"this", b"this", b"that"])
"""Mostly the same, since it is repeats that matter."""
PLANS = st.builds(Plan, st.fixed_dictionaries({"race": st.integers(1, 2)}), st.just(()), st.just((0,)))


@dataclass
class Row:
    """What the model knows of a request."""

    body: bytes
    seed: UUID
    owner: int
    leased: bool = True
    expired: bool = False
    attempts: int = 1
    plan: Plan | None = None
    answer: KeptAnswer | None = None

    @property
    def is_over(self) -> bool:
        return self.expired and (self.answer is not None or not self.leased)


@dataclass
class Try:
    """Somebody at work, and how far they got."""

    key: str
    claim: Claim
    sent: bool = False
    over: bool = False


@dataclass
class Bench:
    """The record under test, and how time passes there. A machine of its own calls itself something else."""

    record: Record
    lapse: Callable[[], None]
    expire: Callable[[], None]
    purge: Callable[[], int]
    caller: str = field(default_factory=lambda: f"key:{uuid4()}")


class KeyedRequestsMachine(RuleBasedStateMachine):
    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.bench = bench
        self.idempotency = Idempotency(bench.record, FixedClock(), uuid4)
        self.rows: dict[str, Row] = {}
        self.tries: list[Try] = []
        self.sent: defaultdict[UUID, set[tuple[UUID, UUID, int]]] = defaultdict(set)
        self.told: defaultdict[UUID, set[KeptAnswer]] = defaultdict(set)

    @rule(key=KEYS, body=BODIES)
    def ask(self, key: str, body: bytes) -> None:
        found = self.idempotency.begin(self.bench.caller, key, sha256(body).digest())
        row = self.rows.get(key)
        if row is None or row.is_over:
            assert isinstance(found, Claim)
            assert (found.plan, found.is_taken_over) == (None, False)
            self.rows[key] = Row(body, found.stamps.seed, len(self.tries))
            self.tries.append(Try(key, found))
        elif row.body != body:
            assert found is Refusal.OTHER_REQUEST
        elif row.answer is not None:
            assert found == row.answer
            self.told[row.seed].add(row.answer)
        elif row.leased:
            assert found is Refusal.UNDER_WAY
        elif row.expired:
            raise AssertionError("what is expired and free is over")
        else:
            assert isinstance(found, Claim)
            assert (found.plan, found.stamps.seed, found.is_taken_over) == (row.plan, row.seed, True)
            row.owner, row.leased, row.attempts = len(self.tries), True, row.attempts + 1
            self.tries.append(Try(key, found))

    def _at_work(self, data: st.DataObject) -> Try:
        return data.draw(st.sampled_from([each for each in self.tries if not each.over]), label="try")

    def _row(self, at: Try) -> Row | None:
        row = self.rows.get(at.key)
        return row if row is not None and row.seed == at.claim.stamps.seed else None

    @precondition(lambda self: any(not each.over and each.claim.plan is None for each in self.tries))
    @rule(data=st.data(), plan=PLANS)
    def settle(self, data: st.DataObject, plan: Plan) -> None:
        at = self._at_work(data)
        if at.claim.plan is None:
            self._settle(at, plan)

    def _settle(self, at: Try, plan: Plan) -> None:
        row = self._row(at)
        if row is None:
            with pytest.raises(UnavailableError):
                at.claim.settle(plan)
        elif row.plan is not None and row.plan != plan:
            with pytest.raises(UnderWayError):
                at.claim.settle(plan)
        else:
            at.claim.settle(plan)
            row.plan = plan

    @precondition(lambda self: any(not each.over and each.claim.plan for each in self.tries))
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        self._send(self._at_work(data))

    def _send(self, at: Try) -> None:
        if at.claim.plan is not None:
            stamps = at.claim.stamps
            at.sent = True
            self.sent[stamps.seed].add((stamps.event_id(0), stamps.envelope_id(0), at.claim.plan.versions["race"]))

    @precondition(lambda self: any(not each.over and each.sent for each in self.tries))
    @rule(data=st.data(), is_secret=st.booleans())
    def keep(self, data: st.DataObject, *, is_secret: bool) -> None:
        at = self._at_work(data)
        if at.sent:
            self._keep(at, is_secret=is_secret)

    def _keep(self, at: Try, *, is_secret: bool) -> None:
        """Every try has an answer of its own to tell, or they could not be told apart."""
        row, own = self._row(at), KeptAnswer(202, None, None if is_secret else str(self.tries.index(at)))
        stands = at.claim.keep(own, ["ada"])
        at.over = True
        if row is not None:
            if row.answer is None:
                row.answer, row.expired = own, False  # Its day begins with the answer.
            assert stands == row.answer
            self.told[row.seed].add(stands)

    @precondition(lambda self: any(not each.over for each in self.tries))
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        self._give_up(self._at_work(data))

    def _give_up(self, at: Try) -> None:
        nothing_done, row = at.claim.plan is None, self._row(at)
        at.claim.give_up(nothing_done=nothing_done)
        at.over = True
        if row is None or row.owner != self.tries.index(at) or row.answer is not None:
            return
        if nothing_done and row.attempts == 1 and row.plan is None:
            del self.rows[at.key]
        else:
            row.leased = False

    @rule()
    def lapse(self) -> None:
        self.bench.lapse()
        for row in self.rows.values():
            row.leased = False

    @rule()
    def expire(self) -> None:
        self.bench.expire()
        for row in self.rows.values():
            row.leased, row.expired = False, True

    @rule()
    def purge(self) -> None:
        self.bench.purge()
        self.rows = {key: row for key, row in self.rows.items() if not row.is_over}

    @invariant()
    def one_request_sends_one_thing_and_tells_one_answer(self) -> None:
        several: Mapping[str, Any] = {
            name: [each for each in found.values() if len(each) > 1]
            for name, found in (("sent", self.sent), ("told", self.told))
        }
        assert several == {"sent": [], "told": []}
