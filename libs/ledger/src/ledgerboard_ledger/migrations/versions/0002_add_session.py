"""Add the session that a fact was played in.

A column without a default is a change of the catalogue only, whatever the size of the ledger; every partition gets it
with its table. The release before writes facts without naming it, and they have no session.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Waits for the table at most as long as the lock time-out says."""
    op.execute('ALTER TABLE facts ADD COLUMN session text COLLATE "C"')
