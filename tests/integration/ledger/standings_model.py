"""Boards of every kind with corrected histories, in the ledger and in memory, for the tests that compare the two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledgerboard_contracts import BoardOptions, CorrectionKind, Fact, Policy, View, views_of
from ledgerboard_contracts.events import event_time
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import LedgerWriter
from ledgerboard_testkit.plays import make_envelope
from tests.integration.boards.games import NOW, definitions, facts

options: Final[st.SearchStrategy[BoardOptions]] = definitions(st.sampled_from(Policy)).map(
    lambda definition: definition.options
)
histories: Final = st.lists(facts, max_size=24)


@dataclass(frozen=True)
class Change:
    """A correction. ``which`` picks the event that is voided, the player or, by its event, the moment."""

    kind: CorrectionKind
    which: int
    everywhere: bool
    at: datetime


changes: Final = st.lists(
    st.builds(
        Change,
        st.sampled_from([kind for kind in CorrectionKind if kind is not CorrectionKind.ERASE]),
        st.integers(0, 99),
        st.booleans(),
        st.sampled_from([0, 1, 9, 100]).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=3,
)


def counting(board: Sequence[Fact], made: Iterable[Change]) -> list[Fact]:
    """The facts that count, said as plainly as can be."""
    left, bans = list(board), {}
    for change in sorted(made, key=lambda change: change.at):
        event, player = _aim(board, change)
        match change.kind:
            case CorrectionKind.VOID:
                left = [fact for fact in left if fact.event_id != event]
            case CorrectionKind.BAN | CorrectionKind.UNBAN:
                bans[player, change.everywhere] = change.kind is CorrectionKind.BAN
            case CorrectionKind.ERASE:
                left = [fact for fact in left if fact.player != player or event_time(fact.event_id) > change.at]
            case CorrectionKind.RESET | CorrectionKind.DELETE:
                left = [fact for fact in left if event_time(fact.event_id) > change.at]
    return [fact for fact in left if not bans.get((fact.player, True)) and not bans.get((fact.player, False))]


def record(engine: Engine, board: Sequence[Fact], made: Iterable[Change] = ()) -> str:
    """Record the facts and the corrections on a new board, and name it. Players' names are the board's own.

    So a correction that holds everywhere reaches no other example.
    """
    name = f"board-{uuid4().hex[:16]}"
    if board:
        LedgerWriter(engine).append([make_envelope(name, board)], [])
    with engine.begin() as connection:
        for change in made:
            connection.execute(_INSERT, _row(name, board, change))
            if change.kind in {CorrectionKind.BAN, CorrectionKind.UNBAN}:
                connection.execute(_SUM_UP, _row(name, board, change))
    return name


def of_one_board(history: Sequence[Fact]) -> list[Fact]:
    """The same history by players whom no other board has."""
    mark = uuid4().hex[:8]
    return [
        Fact(
            event_id=fact.event_id, player=fact.player + mark, score=fact.score, occurred_at=fact.occurred_at,
            level=fact.level, attributes=fact.attributes, session=fact.session,
        )
        for fact in history
    ]  # fmt: skip


def views_on(board: str, history: Iterable[Fact], choice: BoardOptions) -> set[View]:
    """Every view that has an entry."""
    return {view for fact in history for view in views_of(board, fact, choice)}


def _aim(board: Sequence[Fact], change: Change) -> tuple[object, str]:
    if not board:
        return new_uuid7(NOW), f"nobody-{uuid4().hex[:8]}"
    aim = board[change.which % len(board)]
    return aim.event_id, aim.player


def _row(name: str, board: Sequence[Fact], change: Change) -> dict[str, object]:
    event, player = _aim(board, change)
    of_player = change.kind in {CorrectionKind.BAN, CorrectionKind.UNBAN, CorrectionKind.ERASE}
    is_void, is_ban = change.kind is CorrectionKind.VOID, change.kind in {CorrectionKind.BAN, CorrectionKind.UNBAN}
    return {
        "correction_id": new_uuid7(change.at),
        "kind": change.kind.value,
        "board": name if not of_player or (is_ban and not change.everywhere) else None,
        "player": player if of_player or is_void else None,
        "event_id": event if is_void else None,
        "occurred_at": change.at,
    }


_INSERT: Final = text(
    "INSERT INTO corrections (correction_id, kind, board, player, event_id, occurred_at, reason, author)"
    " VALUES (:correction_id, :kind, :board, :player, :event_id, :occurred_at, 'why', 'who')"
)

_SUM_UP: Final = text("""
    INSERT INTO corrected AS known (player, board, correction_id, ban_id, unban_id)
    VALUES (CAST(:player AS text), coalesce(CAST(:board AS text), ''), :correction_id,
        CASE WHEN CAST(:kind AS text) = 'ban' THEN CAST(:correction_id AS uuid) END,
        CASE WHEN CAST(:kind AS text) = 'unban' THEN CAST(:correction_id AS uuid) END)
    ON CONFLICT (player, board) DO UPDATE SET
        ban_id = greatest(known.ban_id, excluded.ban_id), unban_id = greatest(known.unban_id, excluded.unban_id)
""")
