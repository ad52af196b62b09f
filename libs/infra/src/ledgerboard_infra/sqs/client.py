"""The boto3 client of SQS, bounded in time, and its errors in our words.

A client may be shared by threads. Every call ends: connecting and reading have timeouts, and the read timeout is always
longer than the longest poll, or an idle queue would look like an outage. Whoever has less time says how much.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from ledgerboard_infra.errors import RefusedError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from ledgerboard_infra.settings import AwsSettings

CONNECT_TIMEOUT_SECONDS: Final = 2
ANSWER_TIMEOUT_SECONDS: Final = 5
_ATTEMPTS: Final = 2
_CONNECT_SHARE: Final = 0.4

_CALLERS_FAULT: Final = frozenset(
    {
        "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidAttributeName",
        "InvalidAttributeValue", "InvalidBatchEntryId", "InvalidMessageContents", "InvalidParameterValue",
        "MessageNotInflight", "MissingParameter", "ReceiptHandleIsInvalid", "TooManyEntriesInBatchRequest",
        "UnsupportedOperation",
    }
)  # fmt: skip


def sqs_client(
    settings: "AwsSettings", *, wait_seconds: int = 0, call_seconds: float | None = None, connections: int = 16
) -> "SQSClient":
    """A client for callers that poll no longer than ``wait_seconds`` from at most ``connections`` threads at once.

    ``call_seconds`` bounds each call as a whole, for a caller that repeats it by itself: connecting and the answer
    share it, and nothing is tried twice. Without it a call to a server that hangs takes up to some 15 seconds.
    """
    timeouts = (CONNECT_TIMEOUT_SECONDS, wait_seconds + ANSWER_TIMEOUT_SECONDS)
    connect_seconds, read_seconds = timeouts if call_seconds is None else _shared(call_seconds)
    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS if call_seconds is None else 1},
        max_pool_connections=connections,
        tcp_keepalive=True,
    )
    session = boto3.session.Session(region_name=settings.region)
    return session.client("sqs", endpoint_url=settings.sqs_endpoint_url or None, config=config)


def _shared(call_seconds: float) -> tuple[float, float]:
    connect_seconds = min(CONNECT_TIMEOUT_SECONDS, call_seconds * _CONNECT_SHARE)
    return connect_seconds, call_seconds - connect_seconds


def resolve_queue_url(client: "SQSClient", name: str) -> str:
    """The URL of the queue ``name``. Raises `UnavailableError`, also where there is no such queue (yet)."""
    with sqs_errors():
        try:
            return client.get_queue_url(QueueName=name)["QueueUrl"]
        except client.exceptions.QueueDoesNotExist as error:
            raise UnavailableError(
                f"SQS has no queue {name}: provision the queues of that stage, or correct LEDGERBOARD_STAGE"
            ) from error


def queue_name(queue_url: str) -> str:
    """The name at the end of a queue's URL."""
    return queue_url.rsplit("/", 1)[-1]


@contextmanager
def sqs_errors() -> Iterator[None]:
    """Translate: `RefusedError` where our request is at fault, `UnavailableError` for everything else SQS says."""
    try:
        yield
    except ParamValidationError as error:
        raise RefusedError(str(error)) from error
    except ClientError as error:
        if is_callers_fault(error.response.get("Error", {}).get("Code", "")):
            raise RefusedError(str(error)) from error
        raise UnavailableError(f"SQS: {error}") from error
    except BotoCoreError as error:
        raise UnavailableError(f"SQS: {error}") from error


def is_callers_fault(code: str) -> bool:
    """Whether an error code of SQS, in the form of either protocol, blames the request itself."""
    return code.rsplit(".", 1)[-1] in _CALLERS_FAULT
