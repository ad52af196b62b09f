"""The physical order of rows, which decides in what order PostgreSQL finds them and is nothing to rely on."""

from sqlalchemy import Engine, text


def lay_generations(engine: Engine, *, newest_first: bool) -> None:
    """Write the table of generations anew, each board's rows in this order, and see that they are read so."""
    direction = "DESC" if newest_first else "ASC"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE INDEX laid_idx ON generations (board, number {direction})"))
        connection.execute(text("CLUSTER generations USING laid_idx"))
        connection.execute(text("DROP INDEX laid_idx"))
        connection.execute(text("ANALYZE generations"))
        numbers = connection.execute(text("SELECT array_agg(number ORDER BY ctid) FROM generations GROUP BY board"))
        assert all(found == sorted(found, reverse=newest_first) for found in numbers.scalars())
