"""Who may do what: one entry for every operation. An operation without an entry cannot be bound."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ledgerboard_gateway.principals import Role


class Access(StrEnum):
    """What an operation asks of its caller."""

    OPEN = "open"
    """Nothing, ever."""
    READ = "read"
    """Nothing; where reads are closed, any valid credential."""
    SUBMIT = "submit"
    """A player for themself; a service within its boards, and a manager, for any player."""
    SELF = "self"
    """A player about themself; a service or manager for any player."""
    PERSON = "person"
    """A player about their own account and name; a key with the scope `players`, and a manager, about any player's."""
    MANAGE = "manage"
    """A manager."""


ROLES: Final[Mapping[Access, frozenset[Role]]] = {
    Access.READ: frozenset(Role),
    Access.SUBMIT: frozenset({Role.PLAYER, Role.SERVICE, Role.MANAGER}),
    Access.SELF: frozenset({Role.PLAYER, Role.SERVICE, Role.MANAGER}),
    Access.PERSON: frozenset({Role.PLAYER, Role.REGISTRAR, Role.MANAGER}),
    Access.MANAGE: frozenset({Role.MANAGER}),
}
"""The roles of which a caller must have one. `OPEN` asks for none."""

ACCESS: Final[Mapping[str, Access]] = {
    # Health, metrics, documentation.
    "GET /healthz": Access.OPEN,
    "GET /readyz": Access.OPEN,
    "GET /metrics": Access.READ,
    "GET /openapi.json": Access.OPEN,
    "GET /docs": Access.OPEN,
    "GET /docs/problems/<slug>": Access.OPEN,
    # Scores.
    "POST /v1/boards/<board>/scores": Access.SUBMIT,
    "POST /v1/scores": Access.SUBMIT,
    "POST /<leaderboard>/<name>": Access.SUBMIT,
    # Boards.
    "GET /v1/boards": Access.READ,
    "GET /v1/boards/<board>": Access.READ,
    "PUT /v1/boards/<board>": Access.MANAGE,
    "DELETE /v1/boards/<board>": Access.MANAGE,
    "POST /v1/boards/<board>/reset": Access.MANAGE,
    "POST /v1/boards/<board>/rebuild": Access.MANAGE,
    "POST /v1/rebuilds": Access.MANAGE,
    "GET /v1/rebuilds": Access.MANAGE,
    "POST /v1/reconciliations": Access.MANAGE,
    "GET /v1/reconciliations/<reconciliation_id>": Access.MANAGE,
    # Standings.
    "GET /v1/boards/<board>/standings": Access.READ,
    "GET /v1/boards/<board>/standings/by-score": Access.READ,
    "GET /v1/boards/<board>/standings/last": Access.READ,
    "GET /v1/boards/<board>/standings/lookup": Access.READ,
    "POST /v1/boards/<board>/standings/lookup": Access.READ,
    "GET /v1/boards/<board>/statistics": Access.READ,
    "GET /v1/boards/<board>/players/<player>": Access.READ,
    "GET /v1/boards/<board>/players/<player>/neighbours": Access.READ,
    "GET /v1/boards/<board>/scores/<score>/neighbours": Access.READ,
    "GET /v1/boards/<board>/scores/<score>/rank": Access.READ,
    "GET /v1/players/<player>/standings": Access.READ,
    "GET /<leaderboard>": Access.READ,
    "GET /<leaderboard>/<name>": Access.READ,
    # History.
    "GET /v1/boards/<board>/players/<player>/ranks": Access.READ,
    "GET /v1/boards/<board>/players/<player>/scores": Access.READ,
    "GET /v1/boards/<board>/record": Access.READ,
    "GET /v1/players/<player>/scores": Access.READ,
    "GET /v1/events/<event_id>": Access.READ,
    # Seasons and hooks.
    "GET /v1/boards/<board>/seasons": Access.READ,
    "GET /v1/boards/<board>/seasons/<key>/players/<player>": Access.READ,
    "GET /v1/boards/<board>/seasons/<key>/standings": Access.READ,
    "GET /v1/hooks": Access.MANAGE,
    "PUT /v1/hooks/<hook>": Access.MANAGE,
    "DELETE /v1/hooks/<hook>": Access.MANAGE,
    "GET /v1/deliveries": Access.MANAGE,
    "POST /v1/deliveries/<delivery_id>/replay": Access.MANAGE,
    # Sessions and seats.
    "POST /v1/boards/<board>/sessions": Access.MANAGE,
    "POST /v1/boards/<board>/sessions/<session>/close": Access.MANAGE,
    "GET /v1/boards/<board>/sessions": Access.READ,
    "GET /v1/boards/<board>/sessions/current": Access.READ,
    "GET /v1/boards/<board>/sessions/<session>": Access.READ,
    "POST /v1/boards/<board>/sessions/<session>/seats": Access.SELF,
    "DELETE /v1/boards/<board>/sessions/<session>/seats/<player>": Access.SELF,
    "GET /v1/boards/<board>/sessions/<session>/seats": Access.READ,
    # Corrections and dead letters.
    "POST /v1/events/<event_id>/void": Access.MANAGE,
    "POST /v1/players/<player>/ban": Access.MANAGE,
    "POST /v1/players/<player>/unban": Access.MANAGE,
    "POST /v1/players/<player>/erase": Access.MANAGE,
    "GET /v1/corrections": Access.MANAGE,
    "GET /v1/dead-letters": Access.MANAGE,
    "GET /v1/dead-letters/<queue>/<message_id>": Access.MANAGE,
    "POST /v1/dead-letters/<queue>/replay": Access.MANAGE,
    "POST /v1/dead-letters/<queue>/discard": Access.MANAGE,
    # Suspect plays, and players' names.
    "GET /v1/reviews": Access.MANAGE,
    "POST /v1/reviews/<event_id>/approve": Access.MANAGE,
    "POST /v1/reviews/<event_id>/refuse": Access.MANAGE,
    "GET /v1/players/<player>/name": Access.READ,
    "PUT /v1/players/<player>/name": Access.PERSON,
    "DELETE /v1/players/<player>/name": Access.PERSON,
    "POST /v1/players/names": Access.READ,
    # Server keys.
    "POST /v1/keys": Access.MANAGE,
    "GET /v1/keys": Access.MANAGE,
    "POST /v1/keys/<key_id>/rotate": Access.MANAGE,
    "DELETE /v1/keys/<key_id>": Access.MANAGE,
    # The audit.
    "GET /v1/audit": Access.MANAGE,
    # Accounts.
    "POST /users": Access.OPEN,
    "POST /login": Access.OPEN,
    "POST /v1/refresh": Access.OPEN,
    "POST /v1/users/<username>/confirm": Access.OPEN,
    "POST /v1/users/<username>/sign-out": Access.PERSON,
    # Users, levels and days of one game.
    "POST /users/<username>": Access.SUBMIT,
    "GET /users/<username>": Access.READ,
    "GET /users/<username>/levels/<level>/scores": Access.READ,
    "GET /levels/<level>/scores": Access.READ,
    "GET /scores": Access.READ,
    "GET /scores/<date>": Access.READ,
}

_LIMITED: Final = frozenset({Access.READ, Access.SUBMIT, Access.SELF, Access.PERSON})

WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

HELD_INSIDE: Final = frozenset({"POST /v1/scores", "POST /users/<username>", "GET /v1/events/<event_id>"})
"""Operations whose path names no board, and that themselves hold a server key to its boards.

Any other operation whose path names none is closed to a key of some boards.
"""


AUDITED_AFTERWARDS: Final = frozenset({"POST /users", "POST /v1/users/<username>/confirm"})
"""Writes of those who have no credential yet: told of once they are done, since anybody may try them."""

OF_KEYS: Final = frozenset(
    {"POST /v1/keys", "GET /v1/keys", "POST /v1/keys/<key_id>/rotate", "DELETE /v1/keys/<key_id>"}
)
"""What the write key opens beside an admin key."""


class UnlistedOperationError(LookupError):
    """An operation has no entry in `ACCESS`, so nobody has said who may call it."""


def access_of(method: str, rule: str) -> Access:
    """The operation's entry. Raises `UnlistedOperationError`."""
    try:
        return ACCESS[f"{method} {rule}"]
    except KeyError:
        raise UnlistedOperationError(f"{method} {rule} has no entry in ACCESS") from None


def is_keyed(method: str, access: Access) -> bool:
    """Whether an operation takes an ``Idempotency-Key``."""
    return method in WRITES and access not in {Access.OPEN, Access.READ}


def is_audited(method: str, access: Access) -> bool:
    """Whether a write is told of in the audit, before it is done. A score is told of in the ledger, and in the log."""
    return method in WRITES and access in {Access.SELF, Access.PERSON, Access.MANAGE}


def is_limited(method: str, access: Access) -> bool:
    """Whether a call of an operation may be one too many."""
    return access in _LIMITED or (access is Access.OPEN and method in WRITES)


def is_counted(access: Access) -> bool:
    """Whether every answer tells how much is left."""
    return access is Access.SUBMIT
