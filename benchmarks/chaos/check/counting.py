"""Which facts count: those not voided, of players neither banned nor erased, accepted after the board's last reset."""

from collections.abc import Iterable
from typing import Final

from benchmarks.chaos.check.records import Correction, Fact

_CLEARING: Final = frozenset({"reset", "delete"})
_NEVER: Final = -1


class Counting:
    """What a set of corrections says. An erasure names the player as the ledger does by now."""

    def __init__(self, corrections: Iterable[Correction]) -> None:
        self._voided: set[str | None] = set()
        self._banned: dict[tuple[str | None, str | None], str] = {}
        self._unbanned: dict[tuple[str | None, str | None], str] = {}
        self._erased: dict[str | None, int] = {}
        self._cleared: dict[str | None, int] = {}
        for each in corrections:
            self._take(each)

    def counts(self, fact: Fact) -> bool:
        """Whether ``fact`` counts. What was accepted in the very millisecond of a reset or an erasure does not."""
        accepted = fact.accepted_ms
        return (
            fact.event_id not in self._voided
            and accepted > self._cleared.get(fact.board, _NEVER)
            and accepted > self._erased.get(fact.player, _NEVER)
            and not self._is_banned(fact.player, fact.board)
        )

    def names_of_erased(self) -> frozenset[str | None]:
        """What erased players are called."""
        return frozenset(self._erased)

    def _is_banned(self, player: str, board: str) -> bool:
        """Whether a ban there, or everywhere, was ended by no later unban of the same reach."""
        return any(
            self._banned.get((player, where), "") > self._unbanned.get((player, where), "") for where in (board, None)
        )

    def _take(self, each: Correction) -> None:
        milliseconds = each.at // 1000
        if each.kind == "void":
            self._voided.add(each.event_id)
        elif each.kind == "erase":
            self._erased[each.player] = max(milliseconds, self._erased.get(each.player, _NEVER))
        elif each.kind in _CLEARING:
            self._cleared[each.board] = max(milliseconds, self._cleared.get(each.board, _NEVER))
        elif each.kind in {"ban", "unban"}:
            kept = self._banned if each.kind == "ban" else self._unbanned
            key = (each.player, each.board)
            kept[key] = max(each.correction_id, kept.get(key, ""))
