"""Boards of every kind with corrected histories, in the ledger and in memory, for the tests that compare the two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_contracts import BoardOptions, Correction, CorrectionKind, Fact, Policy, View, views_of
from ledgerboard_contracts.events import event_time
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import LedgerWriter, PostgresCorrections
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
        st.sampled_from(CorrectionKind),
        st.integers(0, 99),
        st.booleans(),
        st.sampled_from([0, 1, 9, 100]).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=3,
).map(lambda made: [replace(each, at=each.at + timedelta(milliseconds=place)) for place, each in enumerate(made)])
"""No two at the same time, which is what the ledger tells them apart by."""


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
                bans |= {(player, True): False, (player, False): False}
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
    PostgresCorrections(engine).correct([_correction(name, board, change) for change in made])
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


def _aim(board: Sequence[Fact], change: Change) -> tuple[UUID, str]:
    if not board:
        return new_uuid7(NOW), f"nobody-{uuid4().hex[:8]}"
    aim = board[change.which % len(board)]
    return aim.event_id, aim.player


def _correction(name: str, board: Sequence[Fact], change: Change) -> Correction:
    event, player = _aim(board, change)
    of_player = change.kind in {CorrectionKind.BAN, CorrectionKind.UNBAN, CorrectionKind.ERASE}
    is_void, is_ban = change.kind is CorrectionKind.VOID, change.kind in {CorrectionKind.BAN, CorrectionKind.UNBAN}
    return Correction(
        correction_id=new_uuid7(change.at),
        kind=change.kind,
        board=name if not of_player or (is_ban and not change.everywhere) else None,
        player=player if of_player or is_void else None,
        event_id=event if is_void else None,
        occurred_at=change.at,
        reason="why",
        author="who",
    )
