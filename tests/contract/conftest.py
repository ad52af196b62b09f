import pytest

from ledgerboard_ledger import migrate


@pytest.fixture(scope="module")
def ledger_url(fresh_database: str) -> str:
    """A database with the ledger's schema."""
    migrate(fresh_database)
    return fresh_database
