"""Requests that name themselves by a key: claimed once, planned once, answered once.

What a request sends follows from its claim and from its plan, both of which are stored before anything is sent. So it
does not matter who sends it, nor how often.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import msgspec

from ledgerboard_contracts import Source
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.stamps import Stamps
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger.idempotency import Held, KeptAnswer, KeyedRequest, Refusal

_log = get_logger(__name__)


class UnderWayError(Exception):
    """Somebody else works on this very request. Nothing was sent for this one."""


class Record(Protocol):
    """The record of keyed requests. Raises `UnavailableError` when it is down."""

    def claim(self, wanted: KeyedRequest, most: int | None = ...) -> Held | KeptAnswer | Refusal:
        """Claim it, or take it over; a new one only where fewer than ``most`` are kept of its caller."""
        ...

    def plan(self, held: Held, plan: Mapping[str, Any]) -> Mapping[str, Any]:
        """The plan that stands: the first."""
        ...

    def answer(self, held: Held, answer: KeptAnswer, players: Sequence[str]) -> KeptAnswer:
        """The answer that stands: the first."""
        ...

    def release(self, held: Held) -> None:
        """Let the next one take over."""
        ...

    def withdraw(self, held: Held) -> None:
        """As if it had never been claimed."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a keyed request sends, as far as it does not follow from its body.

    ``versions``: of the boards. ``refused``: the numbers of the scores that were not sent. ``firsts``: the number with
    which each envelope begins. ``source``: who submitted, by the roles that they had then. ``corrected_at``: the moment
    of a correction, by the ledger's clock.
    """

    versions: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[int, ...] = ()
    firsts: tuple[int, ...] = ()
    source: Source = Source.SERVER
    corrected_at: datetime | None = None


class Claim:
    """One request's hold on its key. ``is_doubtful``: some of it may not have been done, so its answer is not kept."""

    def __init__(self, record: Record, held: Held) -> None:
        self.stamps = Stamps(held.claimed_at, held.seed)
        self.plan = None if held.plan is None else msgspec.convert(held.plan, Plan)
        self.is_doubtful = False
        self.is_taken_over = held.attempts > 1
        self._record = record
        self._held = held

    def settle(self, plan: Plan) -> None:
        """Store the plan before anything is sent. Raises `UnderWayError` where another one stands by now."""
        document: dict[str, Any] = msgspec.to_builtins(plan)
        if msgspec.convert(self._record.plan(self._held, document), Plan) != plan:
            raise UnderWayError
        self.plan = plan

    def corrected(self, moment: Callable[[], datetime]) -> Stamps:
        """The stamps of the request's correction: those of ``moment``, which is asked once. Raises what `settle` does.

        Under the plan of a former release it is the moment of the claim.
        """
        plan = self.plan
        if plan is None:
            plan = Plan(corrected_at=moment())
            self.settle(plan)
        return self.stamps if plan.corrected_at is None else replace(self.stamps, claimed_at=plan.corrected_at)

    def keep(self, answer: KeptAnswer, players: Sequence[str]) -> KeptAnswer:
        """Store the answer and return the one that stands.

        What is done is done: where the answer cannot be stored, who asks again has it made again, of the same stamps.
        """
        try:
            return self._record.answer(self._held, answer, players)
        except UnavailableError as error:
            _log.warning("the answer to a keyed request was not stored", error=str(error))
            return answer

    def give_up(self, *, nothing_done: bool) -> None:
        """Let the next one begin at once, anew if ``nothing_done``. Where that fails, once the lease has ended."""
        try:
            if nothing_done:
                self._record.withdraw(self._held)
            else:
                self._record.release(self._held)
        except UnavailableError as error:
            _log.warning("the claim of a keyed request was not released", error=str(error))


class Idempotency:
    """Finds out whose turn a request is."""

    def __init__(self, record: Record, clock: Clock, new_uuid: Callable[[], UUID]) -> None:
        self._record = record
        self._clock = clock
        self._new_uuid = new_uuid

    def begin(self, caller: str, key: str, fingerprint: bytes, most: int | None = None) -> Claim | KeptAnswer | Refusal:
        """Claim the request that ``caller`` named ``key``. Raises `UnavailableError`.

        A new one is refused where ``most`` of that caller's are kept.
        """
        wanted = KeyedRequest(
            caller=caller,
            key_digest=sha256(key.encode()).digest(),
            fingerprint=fingerprint,
            claimed_at=self._clock.now(),
            seed=self._new_uuid(),
            owner=self._new_uuid(),
        )
        found = self._record.claim(wanted, most)
        return Claim(self._record, found) if isinstance(found, Held) else found


class GuardedKeyedRequests:
    """The record behind a breaker of its own: while it hangs, keyed requests must not take every thread."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._breaker = Breaker("the record of keyed requests")

    def claim(self, wanted: KeyedRequest, most: int | None = None) -> Held | KeptAnswer | Refusal:
        """Claim it, or take it over; a new one only where fewer than ``most`` are kept of its caller."""
        return self._breaker.call(lambda: self._record.claim(wanted, most))

    def plan(self, held: Held, plan: Mapping[str, Any]) -> Mapping[str, Any]:
        """The plan that stands: the first."""
        return self._breaker.call(lambda: self._record.plan(held, plan))

    def answer(self, held: Held, answer: KeptAnswer, players: Sequence[str]) -> KeptAnswer:
        """The answer that stands: the first."""
        return self._breaker.call(lambda: self._record.answer(held, answer, players))

    def release(self, held: Held) -> None:
        """Let the next one take over."""
        self._breaker.call(lambda: self._record.release(held))

    def withdraw(self, held: Held) -> None:
        """As if it had never been claimed."""
        self._breaker.call(lambda: self._record.withdraw(held))
