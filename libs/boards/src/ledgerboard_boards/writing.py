"""What all writes of a board share: facts packed for the views that they go into."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ledgerboard_boards.codec import Fold, fold_of, prefix_bytes
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.library import Call, FunctionLibrary, Unguarded
from ledgerboard_boards.packing import Group, groups_of
from ledgerboard_contracts import MAX_CLOCK_SKEW, WHOLE_BOARD, BoardOptions, Fact
from ledgerboard_infra.valkey import RedisClient

_ALL_PLAYS: Final = b"all_plays"
"""The fold of a whole board whose plays are entries: it remembers besides which plays a player has."""


MARK_SECONDS: Final = 30 * 60
"""How long an envelope that was added to a total is known by its mark. One that comes again later costs a question to
the ledger; a longer time costs memory, some 170 bytes an envelope."""


class BoardWriter:
    """Writes boards by function calls, each of them atomic. The base of what `RedisBoards` can do."""

    def __init__(self, client: RedisClient, stage: str, *, mark_seconds: float = MARK_SECONDS) -> None:
        self._client = client
        self._mark_milliseconds = max(1, round(mark_seconds * 1000))
        self._keyspace = Keyspace(stage)
        self._library = FunctionLibrary(client, Unguarded())

    def _packed(
        self, board: str, generation: int, options: BoardOptions, facts: Iterable[Fact], now: datetime
    ) -> tuple[Call, int]:
        """The keys and the arguments of the facts' groups, and how often one of them came too late for a view.

        A view counts as expired when it is so by every clock. Redis takes away at once what is put into it before.
        """
        return self._packed_groups(board, generation, options, groups_of(facts, options), now)

    def _packed_groups(
        self, board: str, generation: int, options: BoardOptions, groups: Iterable[Group], now: datetime
    ) -> tuple[Call, int]:
        keys: list[bytes] = []
        arguments: list[bytes | int] = []
        expired = 0
        for group in groups:
            views = self._keyspace.of_all(board, generation, group.scope, group.spans)
            live = [view for view in views if view.expires_at is None or view.expires_at + MAX_CLOCK_SKEW > now]
            expired += (len(views) - len(live)) * len(group.records)
            for view in live:
                keys += view.all
            arguments += [_fold_name(group, options), prefix_bytes(options, group.scope), len(live)]
            arguments += [*(view.expires_at_seconds for view in live), b"".join(group.records)]
        return (keys, arguments), expired


def _fold_name(group: Group, options: BoardOptions) -> bytes:
    fold = fold_of(options, group.scope)
    return _ALL_PLAYS if fold is Fold.PLAYS and group.scope == WHOLE_BOARD else fold.encode()
