"""Make and archive the ledger's months by functions that act for the owner of the tables.

So the services need no right to make or to change tables. The functions take numbers, find the names and the bounds
themselves, and look for tables in this schema alone: what a caller has elsewhere can stand for none of them. Nobody but
the owner may call them until ``migrate`` grants it.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_FUNCTIONS = (
    # The smallest id of a month: ids tell the millisecond (RFC 9562, 5.7).
    """
    CREATE FUNCTION first_id_of_month(year integer, month integer) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
        SELECT (
            lpad(to_hex((extract(epoch FROM make_timestamptz(year, month, 1, 0, 0, 0, 'UTC')) * 1000)::bigint), 12, '0')
            || repeat('0', 20)
        )::uuid
    $$
    """,
    # The partitions of a month that were missing, each made apart and then attached.
    """
    CREATE FUNCTION make_month(year integer, month integer) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        bounds text;
        made text[] := '{}';
        parent text;
        name text;
    BEGIN
        IF year NOT BETWEEN 1970 AND 9999 OR month NOT BETWEEN 1 AND 12 THEN
            RAISE EXCEPTION 'out of range: month % of %', month, year USING ERRCODE = 'invalid_parameter_value';
        END IF;
        bounds := format(
            'FROM (%L) TO (%L)', first_id_of_month(year, month),
            first_id_of_month(year + month / 12, month % 12 + 1)
        );
        FOREACH parent IN ARRAY ARRAY['facts', 'rejections'] LOOP
            name := format('%s_%s_%s', parent, lpad(year::text, 4, '0'), lpad(month::text, 2, '0'));
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent);
            EXECUTE format(
                'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name
            );
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES %s', parent, name, bounds);
            made := made || name;
        END LOOP;
        RETURN made;
    END $$
    """,
    # How many rows a month has and which boards played in it. Both tables move to the first schema of archive,
    # archive_2 and so on that has neither, but only if there are as many rows as the caller exported.
    """
    CREATE FUNCTION archive_month(year integer, month integer, exported bigint, OUT held bigint, OUT boards text[])
        LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        suffix text := format('%s_%s', lpad(year::text, 4, '0'), lpad(month::text, 2, '0'));
        played text := 'facts_' || suffix;
        refused text := 'rejections_' || suffix;
        kept_in text := 'archive';
        number integer := 1;
    BEGIN
        EXECUTE format('LOCK TABLE %I, %I IN SHARE MODE', played, refused);
        EXECUTE format('SELECT (SELECT count(*) FROM %I) + (SELECT count(*) FROM %I)', played, refused) INTO held;
        EXECUTE format('SELECT coalesce(array_agg(DISTINCT board ORDER BY board), ''{}'') FROM %I', played) INTO boards;
        IF held <> exported THEN
            RETURN;
        END IF;
        WHILE to_regclass(format('%I.%I', kept_in, played)) IS NOT NULL
            OR to_regclass(format('%I.%I', kept_in, refused)) IS NOT NULL LOOP
            number := number + 1;
            kept_in := 'archive_' || number;
        END LOOP;
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', kept_in);
        EXECUTE format('ALTER TABLE facts DETACH PARTITION %I', played);
        EXECUTE format('ALTER TABLE rejections DETACH PARTITION %I', refused);
        EXECUTE format('ALTER TABLE %I SET SCHEMA %I', played, kept_in);
        EXECUTE format('ALTER TABLE %I SET SCHEMA %I', refused, kept_in);
    END $$
    """,
)

# Unless pg_temp is named it comes first, and a caller's temporary table would be taken for ours: so it is named, last.
_CONFINED = """
    DO $$
    DECLARE
        signature text;
    BEGIN
        FOREACH signature IN ARRAY ARRAY['make_month(integer, integer)', 'archive_month(integer, integer, bigint)'] LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', signature, current_schema());
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    """Touches no table."""
    for statement in (*_FUNCTIONS, _CONFINED):
        op.execute(statement)
