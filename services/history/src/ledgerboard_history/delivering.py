"""Tell hooks what closed: each delivery at least once, under one id, until it is taken or dead.

Hooks are told beside one another, so that one which hangs keeps none of the others; what one hook is told goes in the
order of the closings, and stops for this run at the first that fails.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final, Protocol
from urllib.parse import quote
from uuid import UUID

import msgspec

from ledgerboard_contracts import Period
from ledgerboard_history.posting import UndeliveredError
from ledgerboard_history.signing import DELIVERY, EVENT, SIGNATURE, UnknownSecretError, signature
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import ClosedPeriod, Delivery, Hook

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (0.5, 1, 5, 15, 30, 60, 120, 240, 480, 720, 1440))
"""How long after each try the next one is due: some two days in all."""

MAX_ATTEMPTS: Final = len(PAUSES) + 1
MOST_A_RUN: Final = 100
_HOOKS_AT_ONCE: Final = 4

_log = get_logger(__name__)


class Outbox(Protocol):
    """What is to be told, as `ledgerboard_ledger.Outbox` has it."""

    def due(self) -> Sequence[str]:
        """The hooks that have something due."""
        ...

    def claim(self, hook: str, pauses: Sequence[timedelta]) -> Delivery | None:
        """The oldest that is due, put off."""
        ...

    def content(self, closing: int) -> ClosedPeriod:
        """What there is to tell."""
        ...

    def settle(self, delivery_id: UUID, state: str, outcome: str) -> None:
        """Note what a try came to."""
        ...


class Hooks(Protocol):
    """The record of hooks."""

    def get(self, name: str) -> Hook | None:
        """One of them, or None."""
        ...


class Keys(Protocol):
    """Secrets by name. Raises `UnknownSecretError`."""

    def find(self, name: str) -> Sequence[bytes]:
        """The values of one secret that are good, the current one first."""
        ...


class Posts(Protocol):
    """The way out. Raises `UndeliveredError`."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of success."""
        ...


class DeliverHooks:
    """Works the outbox off. Safe to repeat and to run twice at once: a claim belongs to one run."""

    def __init__(self, outbox: Outbox, hooks: Hooks, keys: Keys, posts: Posts, clock: Clock) -> None:
        self._outbox = outbox
        self._hooks = hooks
        self._keys = keys
        self._posts = posts
        self._clock = clock

    def run(self) -> dict[str, int]:
        """How many deliveries of this run ended in which state."""
        outcomes: Counter[str] = Counter()
        with ThreadPoolExecutor(_HOOKS_AT_ONCE, thread_name_prefix="hooks") as pool:
            for told in pool.map(self._tell, self._outbox.due()):
                outcomes += told
        return dict(outcomes)

    def _tell(self, name: str) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        hook = self._hooks.get(name)
        while hook is not None and outcomes.total() < MOST_A_RUN:
            delivery = self._outbox.claim(name, PAUSES)
            if delivery is None:
                break
            state = self._deliver(hook, delivery)
            outcomes[state] += 1
            if state != "delivered":
                break
        return outcomes

    def _deliver(self, hook: Hook, delivery: Delivery) -> str:
        try:
            state, outcome = "delivered", f"answered {self._post(hook, delivery)}"
        except (UndeliveredError, UnknownSecretError) as error:
            state, outcome = "dead" if delivery.attempts >= MAX_ATTEMPTS else "pending", str(error)
        self._outbox.settle(delivery.delivery_id, state, outcome)
        _log.info("hook told", hook=hook.hook, delivery_id=str(delivery.delivery_id), state=state, outcome=outcome)
        return state

    def _post(self, hook: Hook, delivery: Delivery) -> int:
        body = body_of(delivery, self._outbox.content(delivery.closing))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "ledgerboard",
            DELIVERY: str(delivery.delivery_id),
            EVENT: delivery.event,
            SIGNATURE: signature(self._keys.find(hook.secret), int(self._clock.now().timestamp()), body),
        }
        return self._posts.post(hook.url, body, headers)


def body_of(delivery: Delivery, period: ClosedPeriod) -> bytes:
    """What a hook is sent."""
    document: dict[str, Any] = {"id": delivery.delivery_id, "type": delivery.event, "version": 1}
    return msgspec.json.encode(document | _told(period))


def _told(period: ClosedPeriod) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(period)
    if period.period == Period.SEASON:
        told["url"] = f"/v1/boards/{period.board}/seasons/{quote(period.key)}/standings"
    return told
