"""Create the sessions that managers open and close, and the seats in them.

Both are new, so nothing waits for a lock. A session's row is also its lock: judges hold its key, whoever seats a player
or closes the session holds it whole.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE sessions (
        board text COLLATE "C",
        session text COLLATE "C",
        game_type text COLLATE "C" NOT NULL,
        capacity integer NOT NULL,
        minutes integer,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz, -- May lie ahead, and then only ever comes nearer.
        PRIMARY KEY (board, session),
        CONSTRAINT sessions_game_type_check
            CHECK (game_type IN ('MULTIPLE_TRIALS', 'SINGLE_TRIAL', 'TIME_CONSTRAINED')),
        CONSTRAINT sessions_capacity_check CHECK (capacity > 0),
        CONSTRAINT sessions_minutes_check CHECK ((minutes IS NOT NULL) = (game_type = 'TIME_CONSTRAINED')),
        CONSTRAINT sessions_closed_at_check CHECK (closed_at >= opened_at)
    )
    """,
    # A board's sessions, the newest first.
    "CREATE INDEX sessions_opened_idx ON sessions (board, opened_at, session)",
    # Those that are open, which are few.
    "CREATE INDEX sessions_open_idx ON sessions (board, coalesce(closed_at, 'infinity'))",
    # A row a player who was ever seated, since a single trial is one for ever.
    """
    CREATE TABLE seats (
        board text COLLATE "C",
        session text COLLATE "C",
        player text COLLATE "C",
        seated_at timestamptz NOT NULL,
        freed_at timestamptz,
        PRIMARY KEY (board, session, player),
        CONSTRAINT seats_session_fkey FOREIGN KEY (board, session) REFERENCES sessions,
        CONSTRAINT seats_freed_at_check CHECK (freed_at >= seated_at)
    )
    """,
    # Those that are taken: what is counted before another one is.
    "CREATE INDEX seats_taken_idx ON seats (board, session, player) WHERE freed_at IS NULL",
    # Everything of one player, for the erasure.
    "CREATE INDEX seats_player_idx ON seats (player)",
)


def upgrade() -> None:
    """Waits for nobody."""
    for statement in _STATEMENTS:
        op.execute(statement)
