"""Ask for the rebuilds of many boards inside the transaction that makes them needed, and hold them back for a while.

Who brings a board facts that no ranker is told of, or takes some away, asks for its rebuild with the same commit: a
crash leaves both or neither. An import brings facts in many transactions. It holds the request, so that not each of
them starts a rebuild: nobody claims one whose lease runs. A held request is still the board's request: whoever else
asks gets it, and then it begins at once.

Transactions that look at facts do so before they lock boards. Whoever takes a month out of the ledger does both, too,
and would wait for one who does it the other way round.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.generation_rows import HOLDER

HELD_SECONDS: Final = 60.0
"""How long a request is held after the last batch. An import that was killed delays the rebuild by no more."""

_MAKE_BOARDS: Final = text("""
    INSERT INTO boards (board) SELECT unnest(CAST(:boards AS text[])) ON CONFLICT DO NOTHING
""")
_LOCK_BOARDS: Final = text("SELECT board FROM boards WHERE board = ANY(:boards) ORDER BY board FOR UPDATE")
_PENDING: Final = text(f"""
    UPDATE generations SET
        board_version = coalesce(
            (SELECT max(version) FROM board_versions WHERE board_versions.board = generations.board), 1
        ),
        owner = CASE WHEN owner LIKE '{HOLDER}%' THEN CAST(:owner AS text) ELSE owner END,
        leased_until = CASE WHEN owner LIKE '{HOLDER}%'
            THEN clock_timestamp() + make_interval(secs => :seconds) ELSE leased_until END
    WHERE board = ANY(:boards) AND state = 'requested'
    RETURNING board
""")  # noqa: S608 -- a constant
_NEXT: Final = text("""
    INSERT INTO generations (board, number, board_version, state, reason, author, owner, leased_until)
    SELECT board,
        1 + coalesce((SELECT max(number) FROM generations WHERE generations.board = asked.board), 0),
        coalesce((SELECT max(version) FROM board_versions WHERE board_versions.board = asked.board), 1),
        'requested', :reason, :author, :owner, clock_timestamp() + make_interval(secs => :seconds)
    FROM unnest(CAST(:boards AS text[])) AS asked (board)
""")
_RENEW: Final = text("""
    UPDATE generations SET leased_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE (board, number) IN (
        SELECT board, number FROM generations WHERE owner = :owner AND state = 'requested' FOR UPDATE SKIP LOCKED
    )
""")
_RELEASE: Final = text("""
    UPDATE generations SET owner = NULL, leased_until = NULL
    WHERE owner = :owner AND state IN ('requested', 'opening', 'building')
""")


def request_rebuilds(
    connection: Connection,
    boards: Iterable[str],
    *,
    reason: str,
    author: str,
    owner: str | None = None,
    seconds: float | None = None,
) -> None:
    """Ask for the rebuilds of ``boards`` under their newest versions, held by ``owner`` for so many seconds if given.

    A request that nobody began serves. One that another holder has is held from now on by this one, and one that
    nobody holds by nobody: it may begin.
    """
    names = sorted(set(boards))
    if not names:
        return
    asked = {"boards": names, "owner": owner, "seconds": seconds}
    connection.execute(_MAKE_BOARDS, asked)
    connection.execute(_LOCK_BOARDS, asked)
    pending = set(connection.execute(_PENDING, asked).scalars())
    following = [name for name in names if name not in pending]
    if following:
        connection.execute(_NEXT, asked | {"boards": following, "reason": reason, "author": author})


class HeldRebuilds:
    """The rebuilds that one import asks for. They begin when it is done, or so long after it was last heard of."""

    def __init__(
        self,
        engine: Engine,
        *,
        reason: str = "import",
        author: str = "import",
        held_seconds: float = HELD_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._reason = reason
        self._author = author
        self._held_seconds = held_seconds
        self._monotonic = monotonic
        self._owner = f"{HOLDER}{uuid4().hex}"
        self._renewed_at = monotonic()
        self._boards: set[str] = set()

    def ask(self, connection: Connection, boards: Iterable[str]) -> None:
        """Ask for the rebuilds of ``boards`` when the transaction of ``connection`` is committed, and hold all others.

        To be called in every transaction, also in one that brings nothing new: that is how a holder is heard of.
        """
        asked = set(boards)
        request_rebuilds(
            connection, asked, reason=self._reason, author=self._author, owner=self._owner, seconds=self._held_seconds
        )
        self._boards |= asked
        if self._boards and self._monotonic() > self._renewed_at + self._held_seconds / 3:
            connection.execute(_RENEW, {"owner": self._owner, "seconds": self._held_seconds})
            self._renewed_at = self._monotonic()

    def release(self) -> frozenset[str]:
        """Let the rebuilds begin. Returns the boards that were asked for. Raises `UnavailableError`."""
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_RELEASE, {"owner": self._owner})
        return frozenset(self._boards)
