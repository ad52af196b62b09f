"""Put together what looks after the keys of writes. Bootstrap brings the engine."""

from typing import TYPE_CHECKING
from uuid import uuid4

from ledgerboard_gateway.http.idempotency import Keys
from ledgerboard_gateway.idempotency import GuardedKeyedRequests, Idempotency
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger.idempotency import PostgresKeyedRequests

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledgerboard_gateway.metrics import GatewayMetrics


def keyed_writes(writer: "Engine", clock: Clock, metrics: "GatewayMetrics") -> Keys:
    """The keys of writes, kept in the record of the ledger. Connects to nothing yet."""
    return Keys(Idempotency(GuardedKeyedRequests(PostgresKeyedRequests(writer)), clock, uuid4), metrics)
