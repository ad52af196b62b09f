"""What players want to be called. A player who said nothing, or was erased, has no name here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, delete, select, text

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.endpoints import Endpoints
from ledgerboard_ledger.review_tables import player_names
from ledgerboard_ledger.reviews import PostgresReviews

_CALL: Final = text("""
    INSERT INTO player_names AS known (player, name, named_at) VALUES (:player, :name, :at)
    ON CONFLICT (player) DO UPDATE SET name = excluded.name, named_at = excluded.named_at
    WHERE known.named_at <= excluded.named_at
""")
"""What was said first cannot undo what was said later."""


class PostgresPlayerNames:
    """The record of names. Every method raises `UnavailableError` when PostgreSQL is down. Thread-safe."""

    def __init__(self, engine: Engine, endpoints: Endpoints) -> None:
        self._engine = engine
        self._endpoints = endpoints

    def call(self, player: str, name: str, at: datetime) -> None:
        """Call the player so, as they said at that moment. Safe to repeat."""
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(_CALL, {"player": player, "name": name, "at": at})

    def forget(self, player: str) -> None:
        """Let the player have no name. Safe to repeat."""
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(delete(player_names).where(player_names.c.player == player))

    def names(self, players: Sequence[str]) -> Mapping[str, str]:
        """The names of those players who have one."""
        asked = select(player_names.c.player, player_names.c.name).where(player_names.c.player.in_(players))
        return self._endpoints.ask(lambda connection: {row.player: row.name for row in connection.execute(asked)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationRecord:
    """What is kept for those who moderate."""

    reviews: PostgresReviews
    names: PostgresPlayerNames


def moderation_record(writer: Engine, endpoints: Endpoints) -> ModerationRecord:
    """The record behind a writer and those endpoints that read."""
    return ModerationRecord(reviews=PostgresReviews(writer, endpoints), names=PostgresPlayerNames(writer, endpoints))
