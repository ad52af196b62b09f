"""Add corrections and generations, and to every fact the transaction that recorded it.

Columns are added without a value and get their default afterwards, which changes the catalogue only: facts from before
have no transaction, and are older than every snapshot that will be taken. The release before writes on as it did.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FACTS = (
    "ALTER TABLE facts ADD COLUMN recorded_xid xid8",
    "ALTER TABLE facts ALTER COLUMN recorded_xid SET DEFAULT pg_current_xact_id()",
)

_CORRECTIONS = (
    """
    CREATE TABLE corrections (
        correction_id uuid PRIMARY KEY,
        kind text COLLATE "C" NOT NULL,
        occurred_at timestamptz NOT NULL,
        reason text NOT NULL,
        author text COLLATE "C" NOT NULL,
        board text COLLATE "C",
        player text COLLATE "C",
        event_id uuid,
        veil text COLLATE "C", -- Of an erased player: what tells that player again, and nobody's name.
        recorded_at timestamptz NOT NULL DEFAULT now(),
        recorded_xid xid8 DEFAULT pg_current_xact_id()
    )
    """,
    # Whether an event is voided.
    "CREATE INDEX corrections_event_idx ON corrections (event_id) WHERE kind = 'void'",
    # The last reset of a board.
    "CREATE INDEX corrections_reset_idx ON corrections (board, occurred_at) WHERE kind IN ('reset', 'delete')",
    # A player's corrections, for whoever asks, and for the erasure.
    "CREATE INDEX corrections_player_idx ON corrections (player, correction_id) WHERE player IS NOT NULL",
    # Who is behind a veil, and whether anybody went behind one lately.
    "CREATE INDEX corrections_veil_idx ON corrections (veil, correction_id) WHERE kind = 'erase'",
    "CREATE INDEX corrections_erased_idx ON corrections (recorded_at) WHERE kind = 'erase'",
    # What the corrections of a player come to, one row a board; '' is every board.
    """
    CREATE TABLE corrected (
        player text COLLATE "C",
        board text COLLATE "C",
        correction_id uuid NOT NULL,
        ban_id uuid,
        unban_id uuid,
        PRIMARY KEY (player, board)
    )
    """,
    # Who is banned, for whoever folds a whole board.
    "CREATE INDEX corrected_banned_idx ON corrected (board, player) WHERE ban_id IS NOT NULL",
    """
    CREATE TABLE restated (
        board text COLLATE "C",
        player text COLLATE "C",
        correction_id uuid NOT NULL,
        opens integer NOT NULL DEFAULT 1,
        snapshot text COLLATE "C",
        until timestamptz,
        PRIMARY KEY (player, board)
    )
    """,
    "CREATE INDEX restated_veiled_idx ON restated (until) WHERE length(player) > 64",
    'CREATE TABLE touched (board text COLLATE "C" PRIMARY KEY, touched_at timestamptz NOT NULL)',
    "CREATE INDEX touched_at_idx ON touched (touched_at)",
    "ALTER TABLE boards ADD COLUMN deleted_version integer",
)

_GENERATIONS = (
    """
    CREATE TABLE generations (
        board text COLLATE "C",
        number integer CONSTRAINT generations_number_check CHECK (number >= 1),
        board_version integer NOT NULL,
        state text COLLATE "C" NOT NULL,
        snapshot text COLLATE "C",
        until timestamptz,
        cursor uuid,
        facts_folded bigint NOT NULL DEFAULT 0,
        facts_total bigint,
        reason text NOT NULL,
        author text COLLATE "C" NOT NULL,
        owner text COLLATE "C",
        leased_until timestamptz,
        requested_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        PRIMARY KEY (board, number)
    )
    """,
    "CREATE UNIQUE INDEX generations_live_idx ON generations (board) WHERE state = 'live'",
    "CREATE UNIQUE INDEX generations_requested_idx ON generations (board) WHERE state = 'requested'",
    """
    CREATE INDEX generations_unfinished_idx ON generations (requested_at)
        WHERE state IN ('requested', 'opening', 'building')
    """,
)

# What was played before has been folded into a first generation. Boards whose state Redis lacks are rebuilt.
_PLAYED = """
    INSERT INTO generations (board, number, board_version, state, reason, author, requested_at, finished_at)
    SELECT board, 1, (SELECT max(version) FROM board_versions WHERE board_versions.board = boards.board),
        'live', 'first', 'migration', created_at, created_at
    FROM boards WHERE EXISTS (SELECT FROM facts WHERE facts.board = boards.board)
"""

# A veil is longer than any player's id, so neither is ever taken for the other.
_VEIL = (
    "CREATE TABLE salt (value bytea NOT NULL)",
    "INSERT INTO salt VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))",
    """
    CREATE FUNCTION veil(player text) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT 'sha256:' || encode(sha256(salt.value || convert_to(player, 'UTF8')), 'hex') FROM salt
    $$
    """,
)

# Ids of events tell the millisecond: RFC 9562, 5.7.
_TIME = (
    """
    CREATE FUNCTION first_id_after(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
        SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint + 1), 12, '0') || repeat('0', 20))::uuid
    $$
    """,
)

# The one exemption: a player who was erased gets the name that their erasure gave them. The setting says that somebody
# means to, and the row trigger, which partitions inherit, sees to it that nothing else changes.
_APPEND_ONLY = (
    """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND current_setting('ledgerboard.erasing', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'the ledger is append-only: % of % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE FUNCTION refuse_all_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND EXISTS (
            SELECT FROM corrections AS erasure
            WHERE erasure.kind = 'erase' AND erasure.player = NEW.player AND erasure.veil = veil(OLD.player)
        ) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the ledger is append-only: % of % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON corrections
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER erasure_only BEFORE UPDATE ON facts
        FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure('player', 'attributes', 'session')
    """,
    """
    CREATE TRIGGER erasure_only BEFORE UPDATE ON rejections
        FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure('player', 'detail')
    """,
    """
    CREATE TRIGGER erasure_only BEFORE UPDATE ON corrections
        FOR EACH ROW EXECUTE FUNCTION refuse_all_but_erasure('player', 'reason', 'author')
    """,
)


def upgrade() -> None:
    """Waits for the tables at most as long as the lock time-out says."""
    for statement in (*_FACTS, *_CORRECTIONS, *_GENERATIONS, _PLAYED, *_VEIL, *_TIME, *_APPEND_ONLY):
        op.execute(statement)
