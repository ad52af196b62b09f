"""Create the keys of game servers. Of a key only its digest is kept, so the table opens nothing to who reads it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE server_keys (
        key_id uuid PRIMARY KEY, -- Later keys have greater ones.
        name text COLLATE "C" NOT NULL,
        digest bytea NOT NULL
            CONSTRAINT server_keys_digest_check CHECK (octet_length(digest) = 32),
        previous_digest bytea
            CONSTRAINT server_keys_previous_digest_check CHECK (octet_length(previous_digest) = 32),
        previous_until timestamptz,
        scopes text[] NOT NULL
            CONSTRAINT server_keys_scopes_check CHECK (scopes <@ '{submit,read,admin}' AND cardinality(scopes) > 0),
        boards text[], -- Patterns of names; none: every board.
        rate real -- Scores a second; 0: without end; none: as the setting says.
            CONSTRAINT server_keys_rate_check CHECK (rate >= 0),
        created_at timestamptz NOT NULL,
        created_by text COLLATE "C" NOT NULL,
        expires_at timestamptz,
        rotated_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        CONSTRAINT server_keys_previous_check CHECK ((previous_digest IS NULL) = (previous_until IS NULL))
    )
    """,
)


def upgrade() -> None:
    """The table is new."""
    for statement in _STATEMENTS:
        op.execute(statement)
