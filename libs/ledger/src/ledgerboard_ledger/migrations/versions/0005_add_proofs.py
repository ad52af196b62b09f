"""Add ranks over time, the results of comparing boards with the ledger, and an index for a board's rejections.

The index is built while nobody can write rejections, which are few; facts are not touched.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # That a board's ranks of a day were taken; the key is what makes taking them again harmless.
    """
    CREATE TABLE rank_days (
        board text COLLATE "C",
        day date,
        taken_at timestamptz NOT NULL,
        players bigint NOT NULL,
        PRIMARY KEY (board, day)
    )
    """,
    # The key answers what is asked: where one player stood on one board, day by day.
    """
    CREATE TABLE rank_snapshots (
        board text COLLATE "C",
        player text COLLATE "C",
        day date,
        rank bigint NOT NULL,
        score numeric(38, 0) NOT NULL, -- A sum may pass what a bigint holds.
        PRIMARY KEY (board, player, day)
    )
    """,
    # Everything of one player, for the erasure.
    "CREATE INDEX rank_snapshots_player_idx ON rank_snapshots (player)",
    """
    CREATE TABLE reconciled (
        board text COLLATE "C" PRIMARY KEY,
        reconciled_at timestamptz NOT NULL,
        views integer NOT NULL,
        differences integer NOT NULL,
        unsettled integer NOT NULL
    )
    """,
    # How many submissions a board refused.
    "CREATE INDEX rejections_board_idx ON rejections (board, event_id)",
)


def upgrade() -> None:
    """Waits for the table of rejections at most as long as the lock time-out says."""
    for statement in _STATEMENTS:
        op.execute(statement)
