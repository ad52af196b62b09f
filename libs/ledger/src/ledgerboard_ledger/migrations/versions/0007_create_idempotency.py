"""Create the table of requests that carry an ``Idempotency-Key``.

It is new, so nothing waits for a lock. The key is what makes two gateways that are asked at once agree on one claim.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE keyed_requests (
        caller text COLLATE "C",
        key_digest bytea, -- A client may put anything into a key, also somebody's name.
        fingerprint bytea NOT NULL,
        claimed_at timestamptz NOT NULL,
        seed uuid NOT NULL,
        plan jsonb,
        owner uuid NOT NULL,
        attempts integer NOT NULL DEFAULT 1,
        leased_until timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        status smallint, -- NULL: not answered yet.
        headers jsonb,
        body text, -- NULL: it was answered, and the answer is not kept.
        players text[] COLLATE "C",
        PRIMARY KEY (caller, key_digest)
    )
    """,
    # What may be forgotten.
    "CREATE INDEX keyed_requests_expires_at_idx ON keyed_requests (expires_at)",
    # The answers that name one player, for the erasure.
    "CREATE INDEX keyed_requests_players_idx ON keyed_requests USING gin (players) WHERE players IS NOT NULL",
)


def upgrade() -> None:
    """Adds a table."""
    for statement in _STATEMENTS:
        op.execute(statement)
