"""Bring the database to this package's schema.

Two migrators never race: the second waits at an advisory lock and then finds nothing to do.
"""

from sqlalchemy import Engine


def migrate(url: str) -> None:
    """Run the migrations that are missing, in one transaction. Safe to repeat."""
    raise NotImplementedError


def check_schema(engine: Engine) -> None:
    """Raise `SchemaError` unless the database is migrated at least to this package's head. For readiness."""
    raise NotImplementedError
