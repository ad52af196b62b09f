import pytest
from sqlalchemy import Engine

from ledgerboard_ledger import AuditReader, Endpoints, PostgresAudit
from ledgerboard_testkit.memory import MemoryAudit
from ledgerboard_testkit.suites.audit import AuditSuite


class TestMemoryAudit(AuditSuite):
    @pytest.fixture
    def audit(self) -> MemoryAudit:
        return MemoryAudit()


class Audit(PostgresAudit, AuditReader):
    """The audit as it is written and read."""

    def __init__(self, engine: Engine) -> None:
        PostgresAudit.__init__(self, engine)
        AuditReader.__init__(self, Endpoints(engine, engine))


class TestPostgresAudit(AuditSuite):
    @pytest.fixture
    def audit(self, engine: Engine) -> Audit:
        return Audit(engine)
