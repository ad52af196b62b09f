"""Months without a partition get one, whoever comes first, and nobody else waits for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Engine, text

from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import LedgerWriter, Month, Partitions
from ledgerboard_testkit.events import envelope, fact, rejection


def _partitions(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT inhrelid::regclass::text FROM pg_inherits")).scalars())


def test_ensure_makes_what_is_missing_and_names_it(engine: Engine) -> None:
    partitions = Partitions(engine)
    made = partitions.ensure([Month(2030, 12), Month(2031, 1)])
    assert made == ["facts_2030_12", "rejections_2030_12", "facts_2031_01", "rejections_2031_01"]
    assert partitions.ensure([Month(2031, 1), Month(2030, 12)]) == []
    assert set(made) <= _partitions(engine)


def test_writers_that_need_the_same_new_months_at_once_all_succeed(
    engine: Engine, fact_ids: Callable[[], list[UUID]]
) -> None:
    moments = [datetime(2041, month, 1, tzinfo=UTC) for month in range(1, 7)]
    before = len(fact_ids())

    def append(_: int) -> None:
        batch = [envelope(*(fact(at=moment) for moment in moments))]
        LedgerWriter(engine).append(batch, [rejection(at=moments[0])])

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(append, range(12)))
    assert len(fact_ids()) == before + 12 * 6
    assert {f"facts_2041_{month:02}" for month in range(1, 7)} <= _partitions(engine)


def test_the_first_and_the_last_moment_of_a_month_are_in_its_partition(engine: Engine) -> None:
    first = fact(at=datetime(2042, 2, 1, tzinfo=UTC))
    last = fact(at=datetime(2042, 2, 28, 23, 59, 59, 999000, tzinfo=UTC))
    LedgerWriter(engine).append([envelope(first, last)], [])
    with engine.connect() as connection:
        found = connection.execute(text("SELECT event_id FROM facts_2042_02")).scalars()
        assert set(found) == {first.event_id, last.event_id}


def test_a_partition_is_made_beside_open_appends_and_reads(engine: Engine, fresh_database: str) -> None:
    """Making one in place would wait here for the open transaction, until the lock timeout."""
    LedgerWriter(engine).append([envelope(fact())], [])
    other = make_engine(fresh_database, application_name="test", pool_size=1)
    with other.connect() as connection:
        connection.execute(text("INSERT INTO facts SELECT * FROM facts LIMIT 1 ON CONFLICT DO NOTHING"))
        assert Partitions(engine).ensure([Month(2043, 1)]) == ["facts_2043_01", "rejections_2043_01"]
        LedgerWriter(engine).append([envelope(fact(at=datetime(2043, 1, 5, tzinfo=UTC)))], [])
        connection.rollback()
    other.dispose()


def test_a_month_that_was_dropped_under_a_running_writer_is_made_again(engine: Engine) -> None:
    writer, moment = LedgerWriter(engine), datetime(2044, 3, 5, tzinfo=UTC)
    writer.append([envelope(fact(at=moment))], [])
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE facts_2044_03"))
    assert writer.append([envelope(fact(at=moment))], []).recorded == 1


def test_a_partition_has_every_index_of_its_table(engine: Engine) -> None:
    Partitions(engine).ensure([Month(2045, 1)])
    count = text("SELECT count(*) FROM pg_indexes WHERE tablename = :name")
    with engine.connect() as connection:
        assert connection.execute(count, {"name": "facts"}).scalar_one() == 5
        assert connection.execute(count, {"name": "facts_2045_01"}).scalar_one() == 5
