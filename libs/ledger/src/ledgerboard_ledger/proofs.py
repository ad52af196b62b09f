"""What came out when boards were compared with the ledger: the last result of each, for whoever watches."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.proof_tables import reconciled


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One comparison of ``board``. ``unsettled`` entries were not judged."""

    board: str
    reconciled_at: datetime
    views: int
    differences: int
    unsettled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofTotals:
    """The last results of all boards together. ``newest`` is None before the first."""

    boards: int
    differing: int
    differences: int
    unsettled: int
    newest: datetime | None


class PostgresProofs:
    """The record of comparisons. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, proof: Proof) -> None:
        """Keep the result in place of the board's last one. Safe to repeat."""
        values = {name: getattr(proof, name) for name in reconciled.c.keys()}  # noqa: SIM118 -- columns, not a dict.
        newer = {name: value for name, value in values.items() if name != "board"}
        statement = insert(reconciled).values(values).on_conflict_do_update(index_elements=["board"], set_=newer)
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(statement)

    def totals(self) -> ProofTotals:
        """All of them together."""
        columns = reconciled.c
        wanted = select(
            func.count().label("boards"),
            func.count().filter(columns.differences > 0).label("differing"),
            func.coalesce(func.sum(columns.differences), 0).label("differences"),
            func.coalesce(func.sum(columns.unsettled), 0).label("unsettled"),
            func.max(columns.reconciled_at).label("newest"),
        ).select_from(reconciled)
        with postgres_errors(), self._engine.connect() as connection:
            return ProofTotals(**connection.execute(wanted).mappings().one())
