"""Which scores are let in: those that are the caller's to submit, of nobody who is banned, and not too many."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ledgerboard_contracts import Source
from ledgerboard_gateway.http.keyed_asks import judged
from ledgerboard_gateway.http.limiting import Limiting
from ledgerboard_gateway.http.ownership import Ownership
from ledgerboard_gateway.http.problems import FieldError, ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import caller
from ledgerboard_gateway.principals import Principal
from ledgerboard_gateway.submit import Ask

Item = Ask | ProblemError


class Bans(Protocol):
    """Who is banned, as far as this process knows."""

    def is_banned(self, player: str, board: str) -> bool:
        """Whether the player's scores on that board are refused."""
        ...


class Entry:
    """The entry of scores. Limits come first: to have a score refused costs what it costs to have one accepted."""

    def __init__(self, ownership: Ownership, bans: Bans, limiting: Limiting) -> None:
        self._ownership = ownership
        self._bans = bans
        self._limiting = limiting

    def check(self, ask: Ask) -> Ask:
        """Let one score of the caller in, marked as theirs, or raise the problem that refuses it."""
        principal = caller()
        if problem := self._limiting.refusal(principal, ask) or self._refusal(principal, ask):
            raise problem
        return _marked(principal, ask)

    def judge(self, items: Sequence[Item]) -> list[Item]:
        """``items`` of the caller, each marked as theirs, or as its problem where it is not let in."""
        principal = caller()
        admitted = judged(self._limiting.admit(principal, items), lambda item: self._refusal(principal, item))
        return [_marked(principal, item) if isinstance(item, Ask) else item for item in admitted]

    def _refusal(self, principal: Principal, item: Item) -> ProblemError | None:
        if isinstance(item, ProblemError):
            return None
        if problem := self._ownership.refusal(principal, item):
            return problem
        if not self._bans.is_banned(item.player, item.board):
            return None
        errors = [FieldError("player", "is banned")]
        return ProblemError(P.PLAYER_BANNED, f"The player {item.player} is banned on {item.board}.", errors=errors)


def _marked(principal: Principal, ask: Ask) -> Ask:
    """The score with who submits it: whoever is a player and nothing more submits as one."""
    return ask if principal.makes_boards else replace(ask, source=Source.PLAYER)
