"""Create the reviews of plays that a board's rules suspect, and the names that players show.

Both are new, so nothing waits for a lock. A review names its play by the event alone: whose it was stands in the
ledger, where an erasure finds it.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE reviews (
        event_id uuid PRIMARY KEY,
        board text COLLATE "C" NOT NULL,
        rules text[] NOT NULL,
        state text COLLATE "C" NOT NULL DEFAULT 'open',
        found_at timestamptz NOT NULL,
        decided_at timestamptz,
        author text COLLATE "C",
        reason text,
        correction_id uuid, -- Of a refused one: the correction that voids the play, the same however often it is sent.
        CONSTRAINT reviews_state_check CHECK (state IN ('open', 'approved', 'refused')),
        CONSTRAINT reviews_decided_check CHECK (
            (state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (author IS NULL)
            AND (author IS NULL) = (reason IS NULL) AND (state = 'refused') = (correction_id IS NOT NULL)
        )
    )
    """,
    # Those of one state, the oldest play first: of all boards, or of one.
    "CREATE INDEX reviews_state_idx ON reviews (state, event_id)",
    "CREATE INDEX reviews_board_idx ON reviews (board, state, event_id)",
    # What somebody decided, for the erasure.
    "CREATE INDEX reviews_author_idx ON reviews (author) WHERE author IS NOT NULL",
    """
    CREATE TABLE player_names (
        player text COLLATE "C" PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        named_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Waits for nobody."""
    for statement in _STATEMENTS:
        op.execute(statement)
