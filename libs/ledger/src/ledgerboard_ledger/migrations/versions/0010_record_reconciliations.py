"""Add the comparisons of boards with the ledger that were asked for, how far each is, and what it found.

New tables only.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE reconciliations (
        reconciliation_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        board text COLLATE "C", -- NULL: every board.
        state text COLLATE "C" NOT NULL DEFAULT 'requested',
        requested_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        owner text COLLATE "C",
        leased_until timestamptz,
        attempts integer NOT NULL DEFAULT 0, -- Without a board's being done in between.
        after_board text COLLATE "C", -- Boards are compared by name; up to this one it is done.
        boards integer,
        boards_compared integer NOT NULL DEFAULT 0,
        boards_unread integer NOT NULL DEFAULT 0,
        views bigint NOT NULL DEFAULT 0, -- Of the boards that were begun.
        views_done bigint NOT NULL DEFAULT 0, -- Of the boards that were compared.
        views_compared bigint NOT NULL DEFAULT 0,
        suspicions integer NOT NULL DEFAULT 0,
        differences bigint NOT NULL DEFAULT 0,
        unsettled bigint NOT NULL DEFAULT 0,
        failure text
    )
    """,
    # Asking again while nobody began asks for nothing more.
    """
    CREATE UNIQUE INDEX reconciliations_requested_idx ON reconciliations (coalesce(board, ''))
        WHERE state = 'requested'
    """,
    """
    CREATE TABLE reconciliation_differences (
        reconciliation_id uuid REFERENCES reconciliations ON DELETE CASCADE,
        number integer,
        board text COLLATE "C" NOT NULL,
        view text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        player text COLLATE "C",
        detail text NOT NULL, -- Names no player.
        PRIMARY KEY (reconciliation_id, number)
    )
    """,
    # Everything of one player, for the erasure.
    "CREATE INDEX reconciliation_differences_player_idx ON reconciliation_differences (player)",
)


def upgrade() -> None:
    """Touches no table that is there."""
    for statement in _STATEMENTS:
        op.execute(statement)
