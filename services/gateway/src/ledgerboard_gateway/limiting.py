"""Put together what limits requests. Bootstrap brings a client of Redis that does not wait long."""

from collections.abc import Callable

from ledgerboard_boards import RedisBuckets
from ledgerboard_gateway.breaker import Breaker
from ledgerboard_gateway.http.client_addresses import ClientAddresses
from ledgerboard_gateway.http.limiting import Limiting
from ledgerboard_gateway.limits import Limits
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.process_buckets import ProcessBuckets
from ledgerboard_gateway.settings import GatewaySettings
from ledgerboard_infra.valkey import RedisClient


def limiting(
    quick: RedisClient,
    settings: GatewaySettings,
    addresses: ClientAddresses,
    key_rate: Callable[[str], float | None],
    metrics: GatewayMetrics,
) -> Limiting:
    """The limits of requests. Connects to nothing yet.

    After one failure, however quick, Redis is left alone for a second, so that an outage costs next to nothing: the
    process's own buckets decide meanwhile.
    """
    shared = RedisBuckets(quick, settings.stage, Breaker("Redis, for limits", slow_seconds=0))
    limits = Limits(shared, ProcessBuckets(), settings.limits, key_rate, metrics)
    return Limiting(limits, addresses)
