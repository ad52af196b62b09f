"""What the local stack consists of: each service's command and the variable that gives it its port."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """One process of one service. It answers ``/readyz`` on the port that ``port_variable`` names."""

    name: str
    module: str
    command: str
    port_variable: str = "LEDGERBOARD_OPS_PORT"


GATEWAY: Final = Blueprint(
    name="gateway", module="ledgerboard_gateway", command="serve", port_variable="LEDGERBOARD_HTTP_PORT"
)
WORKERS: Final = (
    Blueprint(name="ingest", module="ledgerboard_ingest", command="stream"),
    Blueprint(name="ranker", module="ledgerboard_ranker", command="stream"),
    Blueprint(name="rebuilder", module="ledgerboard_ranker", command="rebuild"),
    Blueprint(name="history", module="ledgerboard_history", command="stream"),
    Blueprint(name="history-jobs", module="ledgerboard_history", command="jobs"),
    Blueprint(name="history-beat", module="ledgerboard_history", command="beat"),
)
MIGRATE: Final = Blueprint(name="migrate", module="ledgerboard_history", command="migrate")
PREPARATIONS: Final = (
    MIGRATE,
    Blueprint(name="provision", module="ledgerboard_ingest", command="provision"),
    Blueprint(name="provision-identity", module="ledgerboard_gateway", command="provision-identity"),
)
"""Run to their end before any service starts. All are safe to repeat."""
