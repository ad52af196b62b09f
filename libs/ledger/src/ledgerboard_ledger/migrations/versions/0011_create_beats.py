"""Create the record of beats: what watchers know of the primaries of Redis, where Redis cannot lose it.

A new table only. The release before keeps its beats in Redis alone, under other keys.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BEATS = """
    CREATE TABLE beats (
        key text COLLATE "C" PRIMARY KEY, -- Of the beat in Redis.
        token text COLLATE "C", -- The last beat's; NULL before the first.
        beaten_at timestamptz,
        run_id text COLLATE "C", -- The process that took it,
        replication_id text COLLATE "C", -- in which history of its data,
        evicted_keys bigint, -- with so many keys evicted until then.
        noticed_at timestamptz, -- A doubt: NULL while there is none.
        doubted_since timestamptz, -- NULL with a doubt: all boards are in doubt.
        look_again_at timestamptz,
        healed_at timestamptz,
        is_elsewhere boolean NOT NULL DEFAULT false
    )
"""


def upgrade() -> None:
    """Touches no table that is there."""
    op.execute(_BEATS)
