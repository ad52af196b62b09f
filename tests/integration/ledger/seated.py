"""A seat in a session, as a trace that a player leaves."""

from sqlalchemy import Engine

from ledgerboard_contracts import SessionRules
from ledgerboard_ledger import PostgresSeats, PostgresSessions, Seating
from ledgerboard_testkit.events import NOON


def take_seat(engine: Engine, board: str, player: str) -> None:
    """Seat ``player`` in a session of ``board``, at noon."""
    PostgresSessions(engine).open(board, "cup", SessionRules())
    assert PostgresSeats(engine).allocate(board, "cup", player, NOON).seating is Seating.SEATED
