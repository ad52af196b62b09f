"""Refuse what is over a limit, and tell everybody who has one how much is left.

The fields are those of draft-ietf-httpapi-ratelimit-headers: ``RateLimit-Policy`` says how much there is in how long,
``RateLimit`` how much is left now and when it will be all again.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import request

from ledgerboard_gateway.http.client_addresses import ClientAddresses
from ledgerboard_gateway.http.idempotency import current_claim
from ledgerboard_gateway.http.problems import FieldError, ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import add_headers
from ledgerboard_gateway.limits import Allowance, Limits, Policy
from ledgerboard_gateway.principals import Principal
from ledgerboard_gateway.seen_names import Name, SeenNames
from ledgerboard_gateway.submit import Ask
from ledgerboard_infra.errors import UnavailableError

Item = Ask | ProblemError

_FIELDS: Final = {
    Policy.PLAYER: "score",
    Policy.KEY: "score",
    Policy.BOARDS: "board",
    Policy.NAMES: "level",
    Policy.USERNAME: "username",
    Policy.USERNAME_HERE: "username",
}
"""The field that is one too many. No field says from which address a request came."""


_WORDS: Final[Mapping[Policy, str]] = {
    Policy.PLAYER: "this player's scores",
    Policy.KEY: "this key's scores",
    Policy.USERNAME: "attempts with this username",
    Policy.USERNAME_HERE: "attempts with this username from this address",
    Policy.ADDRESS: "attempts from this address",
    Policy.READS: "reads",
    Policy.WRITES: "this player's writes",
    Policy.BOARDS: "boards that this key makes",
    Policy.NAMES: "levels and sessions that this key names",
    Policy.KEYED: "this player's requests with a key",
}


class Limiting:
    """The limits of the current request."""

    def __init__(self, limits: Limits, addresses: ClientAddresses) -> None:
        self._limits = limits
        self._addresses = addresses
        self._seen = SeenNames()

    def admit(self, principal: Principal, items: Sequence[Item]) -> list[Item]:
        """``items``, those that are too many each as its problem. Each score counts, also one that is refused later.

        A request that was planned before passes as it was planned, since part of it may have been sent.
        """
        claim = current_claim()
        wanted = sum(isinstance(item, Ask) for item in items)
        if not wanted or (claim is not None and claim.plan is not None):
            return list(items)
        allowance = self._limits.submissions(principal, wanted)
        if allowance is None:
            return list(items)
        add_headers(*_fields(allowance).items())
        left = allowance.taken.count
        admitted: list[Item] = []
        for item in items:
            left -= isinstance(item, Ask)
            admitted.append(_problem(allowance) if isinstance(item, Ask) and left < 0 else item)
        return admitted

    def admit_names(self, principal: Principal, items: Sequence[Item]) -> list[Item]:
        """``items``, those that name too many new levels and sessions each as its problem.

        A request that was planned before passes as it was planned.
        """
        claim = current_claim()
        if claim is not None and claim.plan is not None:
            return list(items)
        named = [self._seen.new_in(item) if isinstance(item, Ask) else () for item in items]
        new = {name for names in named for name in names}
        allowance = self._limits.names(principal, len(new)) if new else None
        if allowance is None:
            return list(items)
        let: set[Name] = set()
        admitted: list[Item] = []
        for item, names in zip(items, named, strict=True):
            fits = len(let.union(names)) <= allowance.taken.count
            let.update(names if fits else ())
            admitted.append(item if fits or not names else _problem(allowance, told=True))
        self._seen.see(let)
        return admitted

    def refusal(self, principal: Principal, ask: Ask) -> ProblemError | None:
        """The problem of a score that is one too many, or None."""
        (item,) = self.admit(principal, [ask])
        return item if isinstance(item, ProblemError) else None

    def new_board(self, principal: Principal) -> ProblemError | None:
        """The problem of a score that would make a board too many, or None."""
        allowance = self._limits.new_board(principal)
        return None if allowance is None or allowance.taken.count else _problem(allowance, told=True)

    def read(self, environ: Mapping[str, Any], who: Callable[[], Principal | None]) -> None:
        """Somebody reads. Raises the 429 problem where an address, and its player if there is one, did so too often.

        Who asks is only looked at where the address has used up what it has: ``who`` tells it.
        """
        allowance = self._limits.read(f"address:{self._addresses.of(environ)}")
        if allowance is None or allowance.taken.count:
            return
        principal = _known(who) if "HTTP_AUTHORIZATION" in environ else None
        if principal is not None:
            own = self._limits.read(principal.subject) if principal.is_only_player else None
            if own is None or own.taken.count:
                return
            allowance = own
        raise _problem(allowance, told=True)

    def write(self, principal: Principal) -> None:
        """A principal writes what is no score. Raises the 429 problem."""
        _check(self._limits.write(principal))

    def keyed(self, principal: Principal) -> None:
        """A principal sends a request that names itself. Raises the 429 problem."""
        _check(self._limits.keyed(principal))

    def most_kept(self, principal: Principal) -> int | None:
        """How many such requests are kept of a principal; None: any number."""
        return self._limits.most_kept(principal)

    def attempt(self, username: str | None) -> None:
        """Somebody tries to be ``username``, or whoever it may be. Raises the 429 problem."""
        _check(self._limits.attempt(username, self._addresses.of(request.environ)))


def _known(who: Callable[[], Principal | None]) -> Principal | None:
    """Who asks, as far as anybody can tell now."""
    try:
        return who()
    except UnavailableError:
        return None


def _check(allowance: Allowance | None) -> None:
    if allowance is not None and not allowance.taken.count:
        raise _problem(allowance, told=True)


def _fields(allowance: Allowance) -> dict[str, str]:
    name, bucket, taken = allowance.policy.value, allowance.bucket, allowance.taken
    return {
        "RateLimit-Policy": f'"{name}";q={bucket.capacity};w={bucket.window_seconds}',
        "RateLimit": f'"{name}";r={taken.left};t={math.ceil(taken.full_seconds)}',
    }


def _problem(allowance: Allowance, *, told: bool = False) -> ProblemError:
    """The 429 problem. ``told``: with the fields that every other answer under the limit gets anyway."""
    seconds = max(1, math.ceil(allowance.taken.next_seconds))
    field = _FIELDS.get(allowance.policy)
    return ProblemError(
        P.TOO_MANY_REQUESTS,
        f"The limit of {_WORDS[allowance.policy]} is used up. There is more in {seconds} s.",
        errors=[] if field is None else [FieldError(field, "is one too many for now")],
        headers={"Retry-After": str(seconds)} | (_fields(allowance) if told else {}),
    )
