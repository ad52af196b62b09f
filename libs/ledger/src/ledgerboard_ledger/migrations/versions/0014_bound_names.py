"""Let keys have the scopes `boards` and `players`, and remember which levels of a board players may name.

What a key of before may do is what its scopes say now: `submit` alone makes no boards and registers nobody. The check
of the scopes is replaced under a lock that lasts as long as reading the few keys that there are.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE server_keys DROP CONSTRAINT server_keys_scopes_check",
    """
    ALTER TABLE server_keys ADD CONSTRAINT server_keys_scopes_check
        CHECK (scopes <@ '{submit,boards,players,read,admin}' AND cardinality(scopes) > 0)
    """,
    """
    CREATE TABLE board_levels (
        board text COLLATE "C",
        level text COLLATE "C",
        number integer NOT NULL, -- From 1, in the order in which players first named them.
        named_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (board, level),
        CONSTRAINT board_levels_number_key UNIQUE (board, number)
    )
    """,
)


def upgrade() -> None:
    """Waits for those who look keys up at this moment."""
    for statement in _STATEMENTS:
        op.execute(statement)
