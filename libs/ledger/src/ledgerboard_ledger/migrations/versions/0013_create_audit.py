"""Create the audit: who changed what, when and from where, and how it was before and after.

The table is new, so nothing waits for a lock.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE audit (
        audit_id uuid PRIMARY KEY, -- Later entries have greater ones.
        occurred_at timestamptz NOT NULL,
        principal text COLLATE "C" NOT NULL, -- `root`, `key:` and its id, `player:` and the name, or `anonymous`.
        address text COLLATE "C", -- Of the client. Gone with the erasure of a player who did it.
        operation text COLLATE "C" NOT NULL, -- The method and the pattern of the path.
        target jsonb NOT NULL, -- What the path names.
        request_id text COLLATE "C" NOT NULL,
        status smallint, -- Of the answer. None: the process ended in between, so nobody knows whether it was done.
        before jsonb,
        after jsonb,
        players text[] COLLATE "C" -- Everybody whom the entry names, for the erasure.
    )
    """,
    "CREATE INDEX audit_principal_idx ON audit (principal, audit_id)",
    "CREATE INDEX audit_operation_idx ON audit (operation, audit_id)",
    "CREATE INDEX audit_players_idx ON audit USING gin (players) WHERE players IS NOT NULL",
)


def upgrade() -> None:
    """Touches no table that is there."""
    for statement in _STATEMENTS:
        op.execute(statement)
