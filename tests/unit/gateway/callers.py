"""Everybody who may knock: one of each kind, as the table of access tells them apart."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ledgerboard_gateway.http.access import Access
from tests.unit.gateway.gateways import MemoryGateway

BOARD: Final = "race"
PLAYER: Final = "ada"

IN, UNKNOWN, FORBIDDEN = 200, 401, 403

NOBODY: Final = {"none": UNKNOWN, "revoked key": UNKNOWN, "expired token": UNKNOWN, "forged token": UNKNOWN}
_OWN: Final = {
    "player": IN, "other player": FORBIDDEN, "viewer": FORBIDDEN, "service": IN, "service elsewhere": FORBIDDEN,
    "manager": IN, "reading key": FORBIDDEN, "admin key": IN,
    "admin key elsewhere": FORBIDDEN, "root": IN, "without a group": FORBIDDEN, "registering key": FORBIDDEN,
    "founding key": IN,
}  # fmt: skip
_EVERYBODY: Final = {*NOBODY, *_OWN}
_MANAGERS: Final = {"manager", "admin key", "root"}

PUBLIC: Final[Mapping[Access, Mapping[str, int]]] = {
    Access.OPEN: dict.fromkeys(_EVERYBODY, IN),
    Access.READ: dict.fromkeys(_EVERYBODY, IN),
    Access.SUBMIT: NOBODY | _OWN,
    Access.SELF: NOBODY | _OWN,
    Access.PERSON: NOBODY | _OWN | {"service": FORBIDDEN, "founding key": FORBIDDEN, "registering key": IN},
    Access.MANAGE: NOBODY | {each: IN if each in _MANAGERS else FORBIDDEN for each in _OWN},
}
"""What becomes of each, by what an operation asks. The paths and bodies are about the player ada and the board race."""

CLOSED: Final = {
    **PUBLIC,
    Access.READ: NOBODY
    | dict.fromkeys(_OWN, IN)
    | dict.fromkeys(("service elsewhere", "admin key elsewhere", "without a group"), FORBIDDEN),
}
"""The same where reads are closed."""


def everybody(gateway: MemoryGateway) -> Mapping[str, str]:
    """A credential of each."""
    keys, tokens = gateway.keys, gateway.tokens
    return {
        "none": "",
        "player": tokens.issue(PLAYER, "players"),
        "other player": tokens.issue("bob", "players"),
        "viewer": tokens.issue("eve", "viewers", "something-else"),
        "service": keys.make("service", "submit"),
        "service elsewhere": keys.make("elsewhere", "submit", "read", boards=("chess", "racing*")),
        "manager": tokens.issue("mia", "managers"),
        "registering key": keys.make("registering", "players"),
        "founding key": keys.make("founding", "submit", "boards"),
        "reading key": keys.make("reading", "read"),
        "admin key": keys.make("admin", "admin"),
        "admin key elsewhere": keys.make("admin-elsewhere", "admin", "submit", "read", boards=("chess",)),
        "root": gateway.authorization.removeprefix("Bearer "),
        "without a group": tokens.issue("newcomer"),
        "revoked key": keys.revoke(keys.make("revoked", "admin", "submit", "read")),
        "expired token": tokens.issue(PLAYER, "players", "managers", life=timedelta(0)),
        "forged token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
    }
