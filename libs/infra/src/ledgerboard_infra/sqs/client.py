"""The boto3 client of SQS, bounded in time, and its errors in our words.

A client may be shared by threads. Every call ends: connecting and reading have timeouts, and the read timeout is always
longer than the longest poll, or an idle queue would look like an outage.
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

_CALLERS_FAULT: Final = frozenset(
    {
        "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidAttributeName",
        "InvalidAttributeValue", "InvalidBatchEntryId", "InvalidMessageContents", "InvalidParameterValue",
        "MessageNotInflight", "MissingParameter", "ReceiptHandleIsInvalid", "TooManyEntriesInBatchRequest",
        "UnsupportedOperation",
    }
)  # fmt: skip


def sqs_client(settings: "AwsSettings", *, wait_seconds: int = 0, connections: int = 16) -> "SQSClient":
    """A client for callers that poll no longer than ``wait_seconds`` from at most ``connections`` threads at once."""
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=wait_seconds + ANSWER_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=connections,
        tcp_keepalive=True,
    )
    session = boto3.session.Session(region_name=settings.region)
    return session.client("sqs", endpoint_url=settings.sqs_endpoint_url or None, config=config)


def resolve_queue_url(client: "SQSClient", name: str) -> str:
    """The URL of the queue ``name``. Raises `UnavailableError`, also where there is no such queue (yet)."""
    with sqs_errors():
        return client.get_queue_url(QueueName=name)["QueueUrl"]


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
