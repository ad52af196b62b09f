"""Who asks. Every question of what somebody may do is answered from a `Principal`, never from a request's body."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ROOT: Final = "root"
"""The subject of whoever holds the static write key."""

ANONYMOUS: Final = "anonymous"
"""How whoever shows no valid credential is told of."""

OF_TOKEN: Final = "player:"  # noqa: S105 -- no password.
"""How the subject of whoever is known by a token begins. Their name follows."""

_REST: Final = "*"


class Role(StrEnum):
    """What a principal is. One may be several things."""

    PLAYER = "player"
    """Submits own scores."""
    VIEWER = "viewer"
    """Reads, also where reads are closed."""
    SERVICE = "service"
    """Submits scores of any player, and seats them: a game server."""
    FOUNDER = "founder"
    """Makes a board by the first score on it, so many a day."""
    REGISTRAR = "registrar"
    """Looks after any player's account and name: gives a played name away, signs out, renames."""
    MANAGER = "manager"
    """Corrects, rebuilds, bans, defines boards, and looks after dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whose request it is.

    ``subject`` is ``player:<name>``, ``key:<id>`` or ``root``; ``player`` the player whom a token speaks for;
    ``boards`` the patterns, ``name`` or ``prefix*``, that a server key is held to. None: all boards.
    ``makes_keys_only``: it is the write key beside an admin key, and opens nothing but the keys.
    """

    subject: str
    roles: frozenset[Role]
    player: str | None = None
    boards: tuple[str, ...] | None = None
    makes_keys_only: bool = False

    def is_any(self, roles: frozenset[Role]) -> bool:
        """Whether it has one of these roles."""
        return not self.roles.isdisjoint(roles)

    def covers(self, board: str) -> bool:
        """Whether it is let near a board at all."""
        return self.boards is None or _matches(self.boards, board)

    def speaks_for(self, player: str) -> bool:
        """Whether it may submit for a player: for whom its token names, or, as a service or manager, for anybody."""
        if self.is_any(_FOR_ANYBODY):
            return True
        return Role.PLAYER in self.roles and self.player == player

    @property
    def is_manager(self) -> bool:
        """Whether it may do everything."""
        return Role.MANAGER in self.roles

    @property
    def is_only_player(self) -> bool:
        """Whether it is a player at most, and no one who does anything for others."""
        return self.roles <= _PLAYER

    def looks_after(self, player: str) -> bool:
        """Whether it may change a player's account and name: its own, or, as a registrar or manager, anybody's."""
        if self.is_any(_LOOK_AFTER_ANYBODY):
            return True
        return Role.PLAYER in self.roles and self.player == player

    @property
    def submits_for_others(self) -> bool:
        """Whether its scores are those of a server, and not of the player who sends them."""
        return self.is_any(_FOR_ANYBODY)

    @property
    def makes_boards(self) -> bool:
        """Whether its submission to an unknown board makes that board."""
        return self.is_any(_MAKE_BOARDS)

    @property
    def is_token(self) -> bool:
        """Whether a person's token made it known, which ends soon; a key does not."""
        return self.player is not None

    @property
    def author(self) -> str:
        """The name that goes with what it did: a person's is that of the player, so that it is erased with them."""
        return self.player or self.subject


_PLAYER: Final = frozenset({Role.PLAYER})
_FOR_ANYBODY: Final = frozenset({Role.SERVICE, Role.MANAGER})
_LOOK_AFTER_ANYBODY: Final = frozenset({Role.REGISTRAR, Role.MANAGER})
_MAKE_BOARDS: Final = frozenset({Role.FOUNDER, Role.MANAGER})


def _matches(patterns: Sequence[str], board: str) -> bool:
    return any(
        board.startswith(each.removesuffix(_REST)) if each.endswith(_REST) else board == each for each in patterns
    )
