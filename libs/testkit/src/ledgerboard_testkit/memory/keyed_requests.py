"""The record of keyed requests, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ledgerboard_infra.clock import Clock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger.idempotency import KEPT, LEASE, Held, KeptAnswer, KeyedRequest, Refusal


@dataclass
class _Row:
    first: KeyedRequest
    owner: UUID
    leased_until: datetime
    expires_at: datetime
    attempts: int = 1
    plan: Mapping[str, Any] | None = None
    answer: KeptAnswer | None = None

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at <= now and (self.answer is not None or self.leased_until <= now)

    def held(self) -> Held:
        first = self.first
        return Held(
            caller=first.caller,
            key_digest=first.key_digest,
            owner=self.owner,
            claimed_at=first.claimed_at,
            seed=first.seed,
            plan=self.plan,
            attempts=self.attempts,
        )


class MemoryKeyedRequests:
    """Goes by the clock that it is given. Down while ``available`` is False."""

    def __init__(self, clock: Clock, lease: timedelta = LEASE, kept: timedelta = KEPT) -> None:
        self.available = True
        self._clock = clock
        self._lease = lease
        self._kept = kept
        self._rows: dict[tuple[str, bytes], _Row] = {}

    def claim(self, wanted: KeyedRequest, most: int | None = None) -> Held | KeptAnswer | Refusal:
        """Claim the request, or take it over; a new one only where fewer than ``most`` are kept of its caller."""
        now, row = self._look(), self._rows.get((wanted.caller, wanted.key_digest))
        kept = sum(caller == wanted.caller and each.expires_at > now for (caller, _), each in self._rows.items())
        if row is None and most is not None and kept >= most:
            return Refusal.TOO_MANY
        if row is None or row.is_expired(now):
            row = _Row(wanted, wanted.owner, now + self._lease, now + self._kept)
            self._rows[wanted.caller, wanted.key_digest] = row
            return row.held()
        if row.first.fingerprint != wanted.fingerprint:
            return Refusal.OTHER_REQUEST
        if row.answer is not None:
            return row.answer
        if row.leased_until > now:
            return Refusal.UNDER_WAY
        row.owner, row.leased_until, row.attempts = wanted.owner, now + self._lease, row.attempts + 1
        return row.held()

    def plan(self, held: Held, plan: Mapping[str, Any]) -> Mapping[str, Any]:
        """The plan that stands: the first."""
        row = self._of(held)
        if row is None:
            raise UnavailableError("the claim was let go")
        row.plan = row.plan or plan
        return row.plan

    def answer(self, held: Held, answer: KeptAnswer, players: Sequence[str] = ()) -> KeptAnswer:  # noqa: ARG002 -- nobody is erased here.
        """The answer that stands: the first."""
        row = self._of(held)
        if row is None:
            return answer
        if row.answer is None:
            row.answer, row.expires_at = answer, self._clock.now() + self._kept
        return row.answer

    def release(self, held: Held) -> None:
        """Let the next one take over."""
        row = self._of(held)
        if row is not None and row.owner == held.owner and row.answer is None:
            row.leased_until = self._clock.now()

    def withdraw(self, held: Held) -> None:
        """Forget the claim, unless something may have been done under it."""
        row = self._of(held)
        ours = row is not None and row.owner == held.owner and row.answer is None
        if ours and row is not None and row.attempts == 1 and row.plan is None:
            del self._rows[held.caller, held.key_digest]
        else:
            self.release(held)

    def purge(self, limit: int) -> int:
        """Forget what is over, and return how much."""
        now = self._look()
        over = [key for key, row in self._rows.items() if row.is_expired(now)][:limit]
        for key in over:
            del self._rows[key]
        return len(over)

    def _look(self) -> datetime:
        if not self.available:
            raise UnavailableError("the record of keyed requests is down")
        return self._clock.now()

    def _of(self, held: Held) -> _Row | None:
        self._look()
        row = self._rows.get((held.caller, held.key_digest))
        return row if row is not None and row.first.seed == held.seed else None
