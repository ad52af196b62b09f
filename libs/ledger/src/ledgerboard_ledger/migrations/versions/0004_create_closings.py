"""Create the closings of periods, the final standings that they keep, and the outbox of what hooks are told.

All of it is new, so nothing waits for a lock. A closing, its standings and its deliveries are written by one
transaction; the unique key is what makes a period close once.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CLOSINGS = (
    """
    CREATE TABLE closings (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- Later periods have greater ones.
        board text COLLATE "C" NOT NULL,
        period text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        board_version integer NOT NULL,
        snapshot text NOT NULL, -- Of pg_current_snapshot(): which facts it counted.
        closed_at timestamptz NOT NULL DEFAULT now(),
        entries bigint NOT NULL DEFAULT 0,
        late_facts bigint NOT NULL DEFAULT 0,
        CONSTRAINT closings_period_key UNIQUE (board, period, key)
    )
    """,
    # Which closings may still have late facts.
    "CREATE INDEX closings_closed_at_idx ON closings (closed_at)",
    """
    CREATE TABLE final_standings (
        closing bigint NOT NULL REFERENCES closings,
        rank bigint NOT NULL,
        player text COLLATE "C" NOT NULL,
        score numeric(38, 0) NOT NULL, -- A sum may pass what a bigint holds.
        achieved_at timestamptz NOT NULL,
        PRIMARY KEY (closing, rank)
    )
    """,
    # One player's final rank.
    "CREATE INDEX final_standings_player_idx ON final_standings (player, closing, rank)",
    """
    CREATE TABLE closing_progress (
        board text COLLATE "C" PRIMARY KEY,
        closed_until timestamptz NOT NULL
    )
    """,
)

_HOOKS = (
    """
    CREATE TABLE hooks (
        hook text COLLATE "C" PRIMARY KEY,
        url text NOT NULL,
        events text[] NOT NULL,
        secret text NOT NULL, -- The name of the secret, never the secret.
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE deliveries (
        delivery_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        hook text COLLATE "C" NOT NULL REFERENCES hooks ON DELETE CASCADE,
        event text COLLATE "C" NOT NULL,
        closing bigint NOT NULL REFERENCES closings,
        state text COLLATE "C" NOT NULL DEFAULT 'pending'
            CONSTRAINT deliveries_state_check CHECK (state IN ('pending', 'delivered', 'dead')),
        attempts integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL DEFAULT now(),
        outcome text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT deliveries_closing_key UNIQUE (hook, closing, event)
    )
    """,
    # What is due, oldest closing first.
    "CREATE INDEX deliveries_due_idx ON deliveries (hook, closing) WHERE state = 'pending'",
)

# As the ledger itself: only an erasure changes a row, and only whose it is.
_APPEND_ONLY = (
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON final_standings
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER erasure_only BEFORE UPDATE ON final_standings
        FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure('player')
    """,
)


def upgrade() -> None:
    """Everything is new."""
    for statement in (*_CLOSINGS, *_HOOKS, *_APPEND_ONLY):
        op.execute(statement)
