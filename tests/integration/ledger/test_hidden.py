"""Who is hidden on a board is looked for player by player, some at a time, however many are banned."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger import LedgerWriter, Restatements
from ledgerboard_ledger.restatements import _BANNED_PAGE, _BY_INDEX
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import envelope, fact


@pytest.mark.parametrize("page_players", [1, 2, 3, 1000])
def test_all_banned_players_of_the_board_are_found_and_nobody_else(engine: Engine, page_players: int) -> None:
    board, other, writer = f"board-{uuid4().hex[:12]}", f"board-{uuid4().hex[:12]}", LedgerWriter(engine)
    here, twice, elsewhere, free, unbanned = (f"player-{uuid4().hex[:8]}" for _ in range(5))
    writer.append([envelope(*map(fact, (here, twice, free, unbanned)), board=board)], [])
    writer.append([envelope(fact(elsewhere), board=other)], [])
    bans = {player: correction(CorrectionKind.BAN, player=player) for player in (here, twice, elsewhere, unbanned)}
    again = correction(CorrectionKind.BAN, player=twice, board=board)
    writer.correct([*bans.values(), again, correction(CorrectionKind.UNBAN, player=unbanned)])
    writer.correct([correction(CorrectionKind.BAN, player=here, board=other)])
    hidden = Restatements(engine, page_players=page_players).hidden(board)
    assert hidden == {here: bans[here].correction_id, twice: again.correction_id}


def test_no_plan_reads_the_facts_of_a_board(engine: Engine) -> None:
    """The statistics say that the board is all there is, played by few: a scan would find any of them at once."""
    board = f"board-{uuid4().hex[:12]}"
    LedgerWriter(engine).append([envelope(*(fact(f"player-{each % 3}") for each in range(3000)), board=board)], [])
    asked = {"board": board, "after": "", "limit": 5000}
    with engine.connect() as connection:
        connection.execute(text("ANALYZE facts"))
        connection.execute(_BY_INDEX)
        plan = "\n".join(connection.execute(text(f"EXPLAIN {_BANNED_PAGE.text}"), asked).scalars())
    assert "board_player_score_idx" in plan
    assert "Seq Scan on facts" not in plan
