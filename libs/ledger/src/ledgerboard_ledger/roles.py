"""The two roles of a ledger's database: its owner, who makes and changes tables, and the services', who use them.

Neither is a superuser. The services read and write rows; of facts, rejections, corrections and final standings they
delete none. They make no table, turn no trigger off, run no program and reach no file. What they need of the owner - a
month's tables, an archived month - they get by functions that do this and nothing else.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from psycopg import sql
from sqlalchemy import Connection, Engine, text

from ledgerboard_infra.postgres import postgres_errors

_RIGHTS: Final = "NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
_NEVER_DELETED: Final = ("facts", "rejections", "corrections", "final_standings")

_FOREIGN: Final = """
    SELECT kind, name FROM (
        SELECT 'TABLE' AS kind, format('%%I.%%I', nspname, relname) AS name, relowner AS owner, nspname
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind IN ('r', 'p', 'v', 'm') AND relpersistence <> 't'
        UNION ALL
        SELECT 'SEQUENCE', format('%%I.%%I', nspname, relname), relowner, nspname
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind = 'S' AND NOT EXISTS (
            SELECT FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype IN ('a', 'i')
                AND refclassid = 'pg_class'::regclass
        )
        UNION ALL
        SELECT 'ROUTINE', pg_proc.oid::regprocedure::text, proowner, nspname
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        UNION ALL
        SELECT 'SCHEMA', format('%%I', nspname), nspowner, nspname FROM pg_namespace WHERE nspname LIKE 'archive%%'
    ) AS things
    WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%%' AND owner <> %s::regrole
"""
"""What somebody else made: a ledger that is older than its roles."""


@dataclass(frozen=True, slots=True)
class RoleLogin:
    """A role and the password that it is to have."""

    name: str
    password: str = field(repr=False)


def provision_roles(engine: Engine, owner: RoleLogin, service: RoleLogin) -> None:
    """Make both roles as they have to be, and give the database and all that is in it to ``owner``. Safe to repeat.

    ``engine`` is of who may make roles: a superuser, or the administrator of a managed service. The server is sent
    verifiers, never a password. What the services may do there, `grant_to_services` says once there are tables.
    """
    with postgres_errors(), engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        cursor = raw.cursor()
        is_superuser = cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]
        for role in (owner, service):
            _make_role(cursor, role, raw.pgconn, is_superuser=is_superuser)
        if not is_superuser:
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner.name)))
        _leave_other_roles(cursor, service.name)
        _give_database(cursor, owner.name, service.name)
        for kind, name in cursor.execute(_FOREIGN, (owner.name,)).fetchall():
            cursor.execute(sql.SQL(f"ALTER {kind} {name} OWNER TO {{}}").format(sql.Identifier(owner.name)))


def grant_to_services(connection: Connection, role: str) -> None:
    """Let ``role`` do what services do, with every table that there is. ``connection`` is the owner's."""
    raw: Any = connection.connection.driver_connection
    cursor, named = raw.cursor(), sql.Identifier(role)
    schema = sql.Identifier(connection.execute(text("SELECT current_schema()")).scalar_one())
    tables = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
    for (name,) in cursor.execute(f"{tables} AND relnamespace = current_schema()::regnamespace").fetchall():
        rights = _rights_to(name)
        table = sql.Identifier(name)
        cursor.execute(sql.SQL("REVOKE ALL ON {}.{} FROM {}").format(schema, table, named))
        cursor.execute(sql.SQL("GRANT " + rights + " ON {}.{} TO {}").format(schema, table, named))
    for grant in (
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "GRANT EXECUTE ON FUNCTION make_month(integer, integer) TO {role}",
        "GRANT EXECUTE ON FUNCTION archive_month(integer, integer, bigint) TO {role}",
    ):
        cursor.execute(sql.SQL(grant).format(schema=schema, role=named))


def _rights_to(table: str) -> str:
    if table == "alembic_version":
        return "SELECT"
    return "SELECT, INSERT, UPDATE" if table in _NEVER_DELETED else "SELECT, INSERT, UPDATE, DELETE"


def _make_role(cursor: Any, role: RoleLogin, pgconn: Any, *, is_superuser: bool) -> None:
    """Only a superuser may speak of being one."""
    named = sql.Identifier(role.name)
    if not cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role.name,)).fetchone():
        cursor.execute(sql.SQL("CREATE ROLE {}").format(named))
    verifier = pgconn.encrypt_password(role.password.encode(), role.name.encode(), b"scram-sha-256").decode()
    rights = f"LOGIN {_RIGHTS} {'NOSUPERUSER' if is_superuser else ''} PASSWORD "
    cursor.execute(sql.SQL("ALTER ROLE {} " + rights + "{}").format(named, sql.Literal(verifier)))


def _leave_other_roles(cursor: Any, service: str) -> None:
    """A member of a role may become it: a stack of an earlier release made the services' a member of ``postgres``."""
    joined = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole"
    for (role,) in cursor.execute(joined, (service,)).fetchall():
        cursor.execute(sql.SQL(f"REVOKE {role} FROM {{}}").format(sql.Identifier(service)))


def _give_database(cursor: Any, owner: str, service: str) -> None:
    names = {
        "database": sql.Identifier(cursor.execute("SELECT current_database()").fetchone()[0]),
        "owner": sql.Identifier(owner),
        "service": sql.Identifier(service),
    }
    for statement in (
        "ALTER DATABASE {database} OWNER TO {owner}",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "REVOKE ALL ON DATABASE {database} FROM {service}",
        "GRANT CONNECT ON DATABASE {database} TO {service}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    ):
        cursor.execute(sql.SQL(statement).format(**names))
