"""What ``/readyz`` checks: each of the gateway's dependencies, by the least that needs it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.health import Check
from ledgerboard_infra.skew import SkewWatch
from ledgerboard_infra.sqs import sqs_errors
from ledgerboard_infra.valkey import RedisClient, check_eviction
from ledgerboard_ledger import PostgresDefinitions

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def checks(
    is_draining: Callable[[], bool],
    queue: "tuple[SQSClient, str]",
    redis: RedisClient,
    record: PostgresDefinitions,
    skew: SkewWatch,
) -> Mapping[str, Check]:
    """By name. ``queue`` is a client and the URL of a queue."""
    return {
        "serving": partial(_check_serving, is_draining),
        "queue": partial(_check_queue, *queue),
        "redis": partial(_check_redis, redis),
        "maxmemory-policy": partial(check_eviction, redis),
        "postgres": partial(_check_record, record),
        "clocks": skew.look,
    }


def _check_serving(is_draining: Callable[[], bool]) -> None:
    if is_draining():
        raise UnavailableError("the gateway is about to stop")


def _check_redis(client: RedisClient) -> None:
    client.ping()


def _check_record(record: PostgresDefinitions) -> None:
    """A look-up like any other, of a name that no board can have: it needs the connection and the schema."""
    record.current("readyz")


def _check_queue(client: "SQSClient", queue_url: str) -> None:
    with sqs_errors():
        client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
