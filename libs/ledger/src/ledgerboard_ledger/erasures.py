"""Erase a player: everything that names them gets another name, made at random, which no longer counts.

What is left are the plays as numbers, since the ledger is a record of what was accepted. What they were called is
nowhere; a salted digest, the veil, tells the player again when a fact of theirs comes late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Engine, TextClause, text

from ledgerboard_contracts import Correction
from ledgerboard_ledger.closings import CLOSING_LOCK
from ledgerboard_ledger.renaming import ERASED_WORDS
from ledgerboard_ledger.snapshots import Snapshots

_NAME: Final = text("SELECT player FROM corrections WHERE correction_id = :correction_id")
_MEAN_TO: Final = text("SET LOCAL ledgerboard.erasing = 'on'")

_IN_THE_LEDGER: Final = tuple(
    map(
        text,
        (
            """
            UPDATE facts SET player = :name, attributes = NULL, session = NULL
            WHERE player = :player AND event_id < first_id_after(:occurred_at)
            """,
            """
            UPDATE rejections SET player = :name, detail = '(erased)'
            WHERE player = :player AND event_id < first_id_after(:occurred_at)
            """,
            """
            UPDATE corrections SET player = :name,
                author = CASE WHEN author = :player THEN :name ELSE author END,
                reason = CASE WHEN position(:player IN reason) > 0 THEN '(erased)' ELSE reason END
            WHERE player = :player AND correction_id < :correction_id
            """,
            # Of a player who came back, later corrections stand.
            "DELETE FROM corrected WHERE player = :player AND correction_id < :correction_id",
            """
            UPDATE corrected SET
                ban_id = CASE WHEN ban_id > :correction_id THEN ban_id END,
                unban_id = CASE WHEN unban_id > :correction_id THEN unban_id END
            WHERE player = :player
            """,
            """
            UPDATE server_keys SET created_by = 'player:' || :name
            WHERE created_by = 'player:' || :player AND created_at <= :occurred_at
            """,
            # By now the plays have their new name. Nobody has to look at them any more.
            """
            DELETE FROM reviews WHERE state = 'open' AND event_id IN (SELECT event_id FROM facts WHERE player = :name)
            """,
            """
            UPDATE reviews SET reason = '(erased)' WHERE position(:player IN reason) > 0
                AND event_id IN (SELECT event_id FROM facts WHERE player = :name)
            """,
            "UPDATE reviews SET author = :name WHERE author = :player AND decided_at <= :occurred_at",
            # From now on what was restated is noted under the veil.
            "DELETE FROM restated WHERE player = :player",
        ),
    )
)
_IN_COPIES: Final = tuple(
    map(
        text,
        (
            "UPDATE final_standings SET player = :name WHERE player = :player AND achieved_at <= :occurred_at",
            """
            UPDATE rank_snapshots SET player = :name
            WHERE player = :player AND day <= CAST(:occurred_at AT TIME ZONE 'UTC' AS date)
            """,
            "UPDATE reconciliation_differences SET player = :name WHERE player = :player",
            "DELETE FROM keyed_requests WHERE caller = 'player:' || :player AND claimed_at <= :occurred_at",
            # The claim stays, so that the request is not done again; only its answer is kept no longer.
            """
            UPDATE keyed_requests SET headers = NULL, body = NULL, players = NULL
            WHERE players @> ARRAY[CAST(:player AS text) COLLATE "C"] AND claimed_at <= :occurred_at
            """,
            "DELETE FROM player_names WHERE player = :player AND named_at <= :occurred_at",
            # What was done stays, and when; whom it named, and from where the player did it, goes.
            """
            UPDATE audit SET
                principal = CASE WHEN principal = 'player:' || :player THEN 'player:' || :name ELSE principal END,
                address = CASE WHEN principal = 'player:' || :player THEN NULL ELSE address END,
                target = '{}', before = NULL, after = NULL, players = NULL
            WHERE players @> ARRAY[CAST(:player AS text) COLLATE "C"] AND occurred_at <= :occurred_at
            """,
            # Nobody sits in an erased player's seat, so it is free.
            "DELETE FROM seats WHERE player = :player AND seated_at <= :occurred_at",
        ),
    )
)


class Erasures:
    """Carries out erasures that are recorded. Safe to repeat."""

    def __init__(self, engine: Engine, snapshots: Snapshots) -> None:
        self._engine = engine
        self._snapshots = snapshots

    def erase(self, correction: Correction) -> None:
        """Rename what was recorded of the player, and then what others copied from it.

        Waits, before each, for those who wrote without seeing what came before it.
        """
        asked: dict[str, Any] = {
            "player": correction.player,
            "occurred_at": correction.occurred_at,
            "correction_id": correction.correction_id,
        }
        for steps in (_IN_THE_LEDGER, _IN_COPIES):
            self._snapshots.after_all_before()
            with self._engine.begin() as connection:
                _rename(connection, steps, asked)


def without_name(correction: Correction, name: str) -> Correction:
    """The correction with another name for its player, wherever it says the old one."""
    old = correction.player or ""
    author = name if correction.author == old else correction.author
    reason = ERASED_WORDS if old in correction.reason else correction.reason
    return replace(correction, player=name, author=author, reason=reason)


def _rename(connection: Connection, steps: Sequence[TextClause], asked: Mapping[str, Any]) -> None:
    name = connection.execute(_NAME, asked).scalar_one()
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLOSING_LOCK})
    connection.execute(_MEAN_TO)
    for step in steps:
        connection.execute(step, {**asked, "name": name})
