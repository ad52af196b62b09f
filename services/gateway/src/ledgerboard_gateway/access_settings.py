"""Who may do what, as a deployment decides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from ledgerboard_gateway.principals import Role
from ledgerboard_infra.settings import Seconds, setting

_GROUPS: Final = 4
"""Roles that a group gives. The others are scopes of keys alone."""


class Reads(StrEnum):
    """Who may read."""

    PUBLIC = "public"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class AccessSettings:
    """Credentials, roles, and whether reads need either."""

    root_key: Annotated[str, Meta(min_length=16)] = setting(
        "LEDGERBOARD_WRITE_KEY",
        default="",
        secret=True,
        doc="The root key. It has every role until there is an admin key, and makes keys alone from then on. At least "
        "16 characters; empty: there is none, and take it away once it is not needed.",
    )
    root_secret: str = setting(
        "LEDGERBOARD_WRITE_KEY_SECRET",
        default="",
        doc="Name of the secret that is the root key, in place of LEDGERBOARD_WRITE_KEY: it can be rotated.",
    )
    reads: Reads = setting(
        "LEDGERBOARD_READS",
        default=Reads.PUBLIC,
        doc="`closed`: every read needs a credential, but for health and documentation.",
    )
    players_group: str = setting(
        "LEDGERBOARD_PLAYERS_GROUP", default="players", doc="The group in tokens whose members are players."
    )
    viewers_group: str = setting(
        "LEDGERBOARD_VIEWERS_GROUP", default="viewers", doc="The same of viewers, who read where reads are closed."
    )
    services_group: str = setting(
        "LEDGERBOARD_SERVICES_GROUP",
        default="services",
        doc="The same of services, who submit for any player, and make no boards.",
    )
    managers_group: str = setting("LEDGERBOARD_MANAGERS_GROUP", default="managers", doc="The same of managers.")
    remember_seconds: Seconds = setting(
        "LEDGERBOARD_TOKEN_REMEMBER_SECONDS",
        default=60.0,
        doc="How long a token that was verified is good unasked, unless it ends before.",
    )

    def __post_init__(self) -> None:
        if self.root_key and self.root_secret:
            raise ValueError("LEDGERBOARD_WRITE_KEY and LEDGERBOARD_WRITE_KEY_SECRET name two root keys: take one away")
        if len(self.roles_of) < _GROUPS:
            raise ValueError("LEDGERBOARD_..._GROUP: the groups of two roles must not have one name")

    @property
    def has_root_key(self) -> bool:
        """Whether there is a root key."""
        return bool(self.root_key or self.root_secret)

    @property
    def roles_of(self) -> Mapping[str, Role]:
        """The role that each group gives."""
        return {
            self.players_group: Role.PLAYER,
            self.viewers_group: Role.VIEWER,
            self.services_group: Role.SERVICE,
            self.managers_group: Role.MANAGER,
        }
