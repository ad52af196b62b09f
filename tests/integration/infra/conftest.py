"""One SQS client for the folder; every test makes queues of its own."""

from typing import TYPE_CHECKING

import pytest

from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import sqs_client

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.fixture(scope="session")
def aws(sqs_endpoint: str) -> AwsSettings:
    return AwsSettings(sqs_endpoint_url=sqs_endpoint)


@pytest.fixture(scope="session")
def client(aws: AwsSettings) -> "SQSClient":
    return sqs_client(aws, wait_seconds=20)
