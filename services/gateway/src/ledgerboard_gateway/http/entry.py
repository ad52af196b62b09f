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
        problem = (
            self._limiting.refusal(principal, ask)
            or self._refusal(principal, ask)
            or self._refusal_of_new_board(principal, ask, {})
        )
        if problem is not None:
            raise problem
        (named,) = self._limiting.admit_names(principal, [ask])
        if isinstance(named, ProblemError):
            raise named
        return _marked(principal, named)

    def judge(self, items: Sequence[Item]) -> list[Item]:
        """``items`` of the caller, each marked as theirs, or as its problem where it is not let in."""
        principal, new_boards = caller(), dict[str, ProblemError | None]()

        def refusal(item: Item) -> ProblemError | None:
            return self._refusal(principal, item) or self._refusal_of_new_board(principal, item, new_boards)

        admitted = judged(self._limiting.admit(principal, items), refusal)
        named = self._limiting.admit_names(principal, admitted)
        return [_marked(principal, item) if isinstance(item, Ask) else item for item in named]

    def _refusal(self, principal: Principal, item: Item) -> ProblemError | None:
        if isinstance(item, ProblemError):
            return None
        if problem := self._ownership.refusal(principal, item):
            return problem
        if not self._bans.is_banned(item.player, item.board):
            return None
        errors = [FieldError("player", "is banned")]
        return ProblemError(P.PLAYER_BANNED, f"The player {item.player} is banned on {item.board}.", errors=errors)

    def _refusal_of_new_board(
        self, principal: Principal, item: Item, known: dict[str, ProblemError | None]
    ) -> ProblemError | None:
        """A score that would make a board too many. What is ``known`` of a board counts for the whole request."""
        if isinstance(item, ProblemError) or not principal.makes_boards:
            return None
        if item.board not in known:
            founds = self._ownership.founds(principal, item.board)
            known[item.board] = self._limiting.new_board(principal) if founds else None
        return known[item.board]


def _marked(principal: Principal, ask: Ask) -> Ask:
    """The score with who submits it: whoever is a player and nothing more submits as one."""
    return ask if principal.submits_for_others else replace(ask, source=Source.PLAYER)
