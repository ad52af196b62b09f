"""Put together what looks after the keys of writes. Bootstrap brings their record."""

from typing import TYPE_CHECKING
from uuid import uuid4

from ledgerboard_gateway.http.idempotency import Keys, Limits
from ledgerboard_gateway.idempotency import GuardedKeyedRequests, Idempotency, Record
from ledgerboard_infra.clock import Clock

if TYPE_CHECKING:
    from ledgerboard_gateway.metrics import GatewayMetrics


def keyed_writes(record: Record, limits: Limits, clock: Clock, metrics: "GatewayMetrics") -> Keys:
    """The keys of writes, kept in ``record``. Connects to nothing yet."""
    return Keys(Idempotency(GuardedKeyedRequests(record), clock, uuid4), limits, metrics)
