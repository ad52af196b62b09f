"""Say how much somebody may still ask for.

A limit protects the service from a few who ask for too much; it is not what makes a score sound. So where Redis cannot
tell, everybody is let through and counted, and nobody waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from ledgerboard_boards import Bucket, Taken
from ledgerboard_gateway.limit_settings import LimitSettings
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.principals import Principal, Role
from ledgerboard_infra.errors import UnavailableError

_KEY: Final = "key:"
_FOR_OTHERS: Final = frozenset({Role.SERVICE, Role.MANAGER})


class Policy(StrEnum):
    """Whose bucket it is. Doubles as a metric's label and as the name in the ``RateLimit`` fields."""

    PLAYER = "player"
    KEY = "key"
    USERNAME = "username"
    ADDRESS = "address"


class Buckets(Protocol):
    """Buckets that all replicas share. Raises `UnavailableError` where nobody can tell what is in one."""

    def take(self, name: str, bucket: Bucket, wanted: int) -> Taken:
        """Take tokens, or as many as there are."""
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a limit left of what was wanted."""

    policy: Policy
    bucket: Bucket
    taken: Taken


class Limits:
    """Takes from the buckets of whoever asks. ``key_rate`` tells the rate that a key has of its own, if it has one."""

    def __init__(
        self,
        buckets: Buckets,
        settings: LimitSettings,
        key_rate: Callable[[str], float | None],
        metrics: GatewayMetrics,
    ) -> None:
        self._buckets = buckets
        self._settings = settings
        self._key_rate = key_rate
        self._metrics = metrics
        self._player = settings.player

    def submissions(self, principal: Principal, wanted: int) -> Allowance | None:
        """How many of so many scores a principal may submit now; None where nothing limits it.

        A player's bucket is for their own token. The root key, and a token that submits for others, has none.
        """
        if principal.subject.startswith(_KEY):
            key_id = principal.subject.removeprefix(_KEY)
            return self._take(Policy.KEY, key_id, self._settings.key(self._key_rate(key_id)), wanted)
        if principal.player is None or principal.is_any(_FOR_OTHERS):
            return None
        return self._take(Policy.PLAYER, principal.player, self._player, wanted)

    def attempt(self, username: str | None, address: str) -> Allowance | None:
        """Whether somebody at that address may try that username now.

        The address is asked first, so that who may not try any more does not use up the attempts of whom they name.
        A pool takes a name in any case for the same user, so their attempts are counted together.
        """
        by_address = self._take(Policy.ADDRESS, address, self._settings.address, 1)
        if by_address is not None and not by_address.taken.count:
            return by_address
        if username is None:
            return by_address
        return self._take(Policy.USERNAME, username.casefold(), self._settings.username, 1) or by_address

    def _take(self, policy: Policy, name: str, bucket: Bucket | None, wanted: int) -> Allowance | None:
        if bucket is None:
            return None
        try:
            taken = self._buckets.take(f"{policy}:{name}", bucket, wanted)
        except UnavailableError:
            self._metrics.limited(policy, "unasked", wanted)
            return None
        self._metrics.limited(policy, "let", taken.count)
        self._metrics.limited(policy, "refused", wanted - taken.count)
        return Allowance(policy, bucket, taken)
