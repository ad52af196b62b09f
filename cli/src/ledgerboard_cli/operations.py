"""The gateway's interface for operators: corrections, rebuilds, comparisons, dead letters.

Everything raises `GatewayError`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ledgerboard_cli.comparisons import Reconciliation
from ledgerboard_cli.transport import Transport, path


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of what is asked, and who asks. Of anybody but a holder of the root key the gateway knows it."""

    reason: str
    author: str | None = None

    @property
    def body(self) -> dict[str, str]:
        """As the gateway reads it."""
        return {"reason": self.reason} | ({} if self.author is None else {"author": self.author})


class Rebuild(msgspec.Struct, frozen=True):
    """One generation of a board."""

    board: str
    generation: int
    state: str
    facts_folded: int = 0
    facts_total: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether it is live, or was dropped."""
        return self.state in {"live", "dropped"}


class Correction(msgspec.Struct, frozen=True):
    """One correction, as the ledger keeps it."""

    correction_id: str
    kind: str
    occurred_at: str
    reason: str = ""
    author: str = ""
    board: str | None = None
    player: str | None = None
    event_id: str | None = None


class Letter(msgspec.Struct, frozen=True):
    """A dead letter."""

    message_id: str
    queue: str
    reason: str | None
    age_seconds: int
    size_bytes: int
    replay: str
    obstacle: str | None = None


class Letters(msgspec.Struct, frozen=True):
    """Dead letters, and about how many each queue has."""

    letters: tuple[Letter, ...]
    depths: dict[str, int]


class WholeLetter(msgspec.Struct, frozen=True):
    """A dead letter with its body."""

    letter: Letter
    body: str


class Refused(msgspec.Struct, frozen=True):
    """A dead letter that stays, and why."""

    message_id: str
    obstacle: str


class Handled(msgspec.Struct, frozen=True):
    """What became of the dead letters that were named."""

    done: tuple[str, ...]
    refused: tuple[Refused, ...]
    missing: tuple[str, ...]


class _Accepted(msgspec.Struct, frozen=True):
    correction_id: str


class _Corrections(msgspec.Struct, frozen=True):
    corrections: tuple[Correction, ...]


class _Rebuilds(msgspec.Struct, frozen=True):
    rebuilds: tuple[Rebuild, ...]
    next: str | None = None


class Operations:
    """What operators ask, over HTTP. Safe to repeat, all of it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def void(self, event_id: str, why: Why) -> str:
        """Let an event no longer count. Returns the correction's id, as all of the corrections here."""
        return self._correct(path("v1", "events", event_id, "void"), why)

    def of_player(self, kind: str, player: str, board: str | None, why: Why) -> str:
        """``ban``, ``unban`` or ``erase`` a player."""
        return self._correct(path("v1", "players", player, kind), why, {} if board is None else {"board": board})

    def reset(self, board: str, why: Why) -> str:
        """Let a board begin anew."""
        return self._correct(path("v1", "boards", board, "reset"), why)

    def delete(self, board: str, why: Why) -> str:
        """Let a board be no more."""
        return self._transport.get(_Accepted, "DELETE", path("v1", "boards", board, query=why.body)).correction_id

    def corrections(self, board: str | None, player: str | None, limit: int) -> Sequence[Correction]:
        """The newest corrections."""
        query = {"board": board, "player": player, "limit": limit}
        return self._transport.get(_Corrections, "GET", path("v1", "corrections", query=query)).corrections

    def rebuild(self, board: str, why: Why) -> Rebuild:
        """Ask for a new generation of a board, or find the one that is asked for already."""
        return self._transport.get(Rebuild, "POST", path("v1", "boards", board, "rebuild"), why.body)

    def rebuild_all(self, why: Why) -> Sequence[Rebuild]:
        """The same of every board."""
        made, after = list[Rebuild](), None
        while True:
            body = why.body | ({} if after is None else {"after": after})
            page = self._transport.get(_Rebuilds, "POST", path("v1", "rebuilds"), body)
            made += page.rebuilds
            after = page.next
            if after is None:
                return made

    def rebuilds(self, board: str | None) -> Sequence[Rebuild]:
        """Generations of a board or of all, newest first."""
        return self._transport.get(_Rebuilds, "GET", path("v1", "rebuilds", query={"board": board})).rebuilds

    def reconcile(self, board: str | None) -> Reconciliation:
        """Ask for a comparison of a board or of all, or find the one that nobody began yet."""
        body = {} if board is None else {"board": board}
        return self._transport.get(Reconciliation, "POST", path("v1", "reconciliations"), body)

    def reconciliation(self, reconciliation_id: str) -> Reconciliation:
        """How far a comparison is, and what came out."""
        return self._transport.get(Reconciliation, "GET", path("v1", "reconciliations", reconciliation_id))

    def letters(self, queue: str | None, limit: int) -> Letters:
        """The dead letters of a queue or of all."""
        return self._transport.get(Letters, "GET", path("v1", "dead-letters", query={"queue": queue, "limit": limit}))

    def letter(self, queue: str, message_id: str) -> WholeLetter:
        """One of them, whole."""
        return self._transport.get(WholeLetter, "GET", path("v1", "dead-letters", queue, message_id))

    def handle(self, verb: str, queue: str, message_ids: Sequence[str]) -> Handled:
        """``replay`` or ``discard`` some of them."""
        return self._transport.get(
            Handled, "POST", path("v1", "dead-letters", queue, verb), {"message_ids": list(message_ids)}
        )

    def _correct(self, where: str, why: Why, more: dict[str, str] | None = None) -> str:
        return self._transport.get(_Accepted, "POST", where, why.body | (more or {})).correction_id
