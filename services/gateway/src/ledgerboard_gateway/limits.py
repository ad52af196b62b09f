"""Say how much a caller may still ask for.

Buckets in Redis are shared by all processes. No limit fails open: where Redis cannot tell, the process's own bucket
decides, and nobody waits. An attempt at a credential takes from both, so that an outage of Redis finds the process's
own bucket as empty as it is.
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
    USERNAME_HERE = "username-here"
    """Of a username, tried from one address."""
    ADDRESS = "address"
    READS = "reads"
    """Of an address without a credential, or of a player."""
    WRITES = "writes"
    """Of a player, beside scores."""
    BOARDS = "boards"
    """Of a key: boards that its scores make."""
    NAMES = "names"
    """Of a key: levels and sessions that its scores name for the first time, as far as a process knows."""
    KEYED = "keyed"
    """Of a player: whatever carries an ``Idempotency-Key``."""


class Buckets(Protocol):
    """Token buckets by name."""

    def take(self, name: str, bucket: Bucket, wanted: int) -> Taken:
        """Take tokens, or as many as there are. Raises `UnavailableError` where nobody can tell what is in one."""
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a limit left of what was wanted."""

    policy: Policy
    bucket: Bucket
    taken: Taken


class Limits:
    """Takes from the buckets of whoever asks. ``key_rate`` tells the rate that a key has of its own, if it has one.

    ``shared`` are all processes' buckets, ``own`` those of this one.
    """

    def __init__(
        self,
        shared: Buckets,
        own: Buckets,
        settings: LimitSettings,
        key_rate: Callable[[str], float | None],
        metrics: GatewayMetrics,
    ) -> None:
        self._shared = shared
        self._own = own
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

    def read(self, reader: str) -> Allowance | None:
        """Whether a reader, an address or a subject, may read once more. This process alone decides.

        To ask Redis would cost it about as much as the read that is to be spared.
        """
        bucket = self._settings.reads
        if bucket is None:
            return None
        taken = self._own.take(f"{Policy.READS}:{reader}", bucket, 1)
        self._metrics.limited(Policy.READS, "let" if taken.count else "refused", 1)
        return Allowance(Policy.READS, bucket, taken)

    def write(self, principal: Principal) -> Allowance | None:
        """Whether a principal may write once more what is no score; None where nothing limits it."""
        return self._of_player(Policy.WRITES, principal, self._settings.writes)

    def keyed(self, principal: Principal) -> Allowance | None:
        """The same of a request that names itself, since each is a row of the record for a day."""
        return self._of_player(Policy.KEYED, principal, self._player)

    def new_board(self, principal: Principal) -> Allowance | None:
        """Whether a principal's score may make a board now; None where nothing limits it."""
        return self._take(Policy.BOARDS, principal.subject, self._settings.boards, 1)

    def names(self, principal: Principal, wanted: int) -> Allowance | None:
        """How many new levels and sessions a key's scores may name now; None where nothing limits it."""
        if not principal.subject.startswith(_KEY):
            return None
        return self._take(Policy.NAMES, principal.subject, self._settings.names, wanted)

    def most_kept(self, principal: Principal) -> int | None:
        """How many requests that name themselves are kept of a principal; None: any number."""
        return self._settings.player_keyed_requests if principal.is_only_player else None

    def attempt(self, username: str | None, address: str) -> Allowance | None:
        """Whether a client at that address may try that username now.

        What is asked first spares what is asked after it: who may not try any more from an address uses up no attempt
        with the name, and who may not try a name from there uses up none of those that all addresses have together. So
        nobody is locked out by one address. A pool takes a name in any case for the same user, so their attempts are
        counted together.
        """
        tries = [(Policy.ADDRESS, address, self._settings.address)]
        if username is not None:
            name = username.casefold()
            tries += [
                (Policy.USERNAME_HERE, f"{name}\n{address}", self._settings.username_here),
                (Policy.USERNAME, name, self._settings.username),
            ]
        allowance = None
        for policy, name, bucket in tries:
            allowance = self._try(policy, name, bucket) or allowance
            if allowance is not None and not allowance.taken.count:
                break
        return allowance

    def _of_player(self, policy: Policy, principal: Principal, bucket: Bucket | None) -> Allowance | None:
        return self._take(policy, principal.subject, bucket, 1) if principal.is_only_player else None

    def _try(self, policy: Policy, name: str, bucket: Bucket | None) -> Allowance | None:
        """One attempt, which both buckets must have."""
        if bucket is None:
            return None
        own = self._own.take(f"{policy}:{name}", bucket, 1)
        if not own.count:
            self._metrics.limited(policy, "refused", 1)
            return Allowance(policy, bucket, own)
        return self._take(policy, name, bucket, 1, instead=own)

    def _take(
        self, policy: Policy, name: str, bucket: Bucket | None, wanted: int, *, instead: Taken | None = None
    ) -> Allowance | None:
        """What the shared bucket gives. Where it cannot be asked: ``instead``, or what this process gives."""
        if bucket is None:
            return None
        full_name = f"{policy}:{name}"
        try:
            taken = self._shared.take(full_name, bucket, wanted)
        except UnavailableError:
            self._metrics.limited(policy, "unasked", wanted)
            taken = instead or self._own.take(full_name, bucket, wanted)
        self._metrics.limited(policy, "let", taken.count)
        self._metrics.limited(policy, "refused", wanted - taken.count)
        return Allowance(policy, bucket, taken)
