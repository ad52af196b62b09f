"""Create boards, their versions, the ledger of facts and the rejections.

Every index costs on the write path, so each says which question it answers. The ledger refuses change by a statement
trigger, which an insert does not fire.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BOARDS = (
    """
    CREATE TABLE boards (
        board text COLLATE "C" PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE board_versions (
        board text COLLATE "C" NOT NULL REFERENCES boards,
        version integer NOT NULL CONSTRAINT board_versions_version_check CHECK (version >= 1),
        options jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (board, version)
    )
    """,
)

_LEDGER = (
    """
    CREATE TABLE facts (
        event_id uuid PRIMARY KEY, -- Deduplicates; answers what became of an event.
        board text COLLATE "C" NOT NULL,
        board_version integer NOT NULL,
        player text COLLATE "C" NOT NULL,
        score bigint NOT NULL
            CONSTRAINT facts_score_check CHECK (score BETWEEN -9007199254740992 AND 9007199254740992),
        level text COLLATE "C",
        occurred_at timestamptz NOT NULL,
        attributes jsonb,
        envelope_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
    ) PARTITION BY RANGE (event_id)
    """,
    # A player's plays, newest first.
    "CREATE INDEX facts_player_idx ON facts (player, event_id DESC)",
    # A player's best plays on a board: what a voided best falls back to.
    "CREATE INDEX facts_player_score_idx ON facts (board, player, score)",
    # A player's plays on a level of a board, newest first. Costs nothing for a fact without a level.
    """
    CREATE INDEX facts_player_level_idx ON facts (board, player, level, event_id DESC) WHERE level IS NOT NULL
    """,
    # A board's replay, oldest first.
    "CREATE INDEX facts_board_idx ON facts (board, event_id)",
    """
    CREATE TABLE rejections (
        event_id uuid PRIMARY KEY, -- Deduplicates; answers what became of an event. Nothing else is asked of it.
        board text COLLATE "C" NOT NULL,
        board_version integer NOT NULL,
        player text COLLATE "C" NOT NULL,
        score bigint NOT NULL
            CONSTRAINT rejections_score_check CHECK (score BETWEEN -9007199254740992 AND 9007199254740992),
        occurred_at timestamptz NOT NULL,
        reason text NOT NULL,
        detail text NOT NULL,
        envelope_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
    ) PARTITION BY RANGE (event_id)
    """,
)

# Partitions get the same trigger when they are made: a statement trigger guards only the table that a statement names.
_APPEND_ONLY = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: % of % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON facts
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rejections
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    """Everything is new, so nothing waits for a lock."""
    for statement in (*_BOARDS, *_LEDGER, *_APPEND_ONLY):
        op.execute(statement)
