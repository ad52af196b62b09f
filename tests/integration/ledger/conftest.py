"""A migrated database for each module, and ways to look at it that are not the code under test."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Engine, text


@pytest.fixture
def fact_ids(engine: Engine) -> Callable[[], list[UUID]]:
    """The event ids of the whole ledger, with any repetition there might be."""

    def read() -> list[UUID]:
        with engine.connect() as connection:
            return list(connection.execute(text("SELECT event_id FROM facts ORDER BY event_id")).scalars())

    return read
