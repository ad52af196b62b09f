"""S3: store files as objects and get them back, bounded in time, with its errors in our words."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ledgerboard_infra.errors import UnavailableError

if TYPE_CHECKING:
    from ledgerboard_infra.settings import AwsSettings

_CONNECT_TIMEOUT_SECONDS: Final = 3
_ANSWER_TIMEOUT_SECONDS: Final = 60
_MISSING: Final = 404


class S3Client(Protocol):
    """What is used of boto3's client."""

    def upload_file(self, path: str, bucket: str, name: str, /) -> None:
        """Store a file, in parts where it is large."""
        ...

    def head_object(self, **request: Any) -> object:
        """Tell of an object."""
        ...

    def download_file(self, bucket: str, name: str, path: str, /) -> None:
        """Get an object as a file."""
        ...


class S3Objects:
    """Objects of one bucket. Raises `UnavailableError` where S3 does not take one, or does not give it back."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, path: Path) -> None:
        """Store a file under ``name``, whole or not at all; one of that name is replaced."""
        try:
            self._client.upload_file(str(path), self._bucket, name)
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            raise UnavailableError(f"S3: {error}") from error

    def has(self, name: str) -> bool:
        """Whether there is an object ``name``. Without the right to list the bucket, S3 does not say."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=name)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] == _MISSING:
                return False
            raise UnavailableError(f"S3: {error}") from error
        return True

    def get(self, name: str, path: Path) -> None:
        """Write the object ``name`` to a file, in the place of what is there."""
        try:
            self._client.download_file(self._bucket, name, str(path))
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"S3: {error}") from error


def s3_client(settings: "AwsSettings", endpoint_url: str) -> S3Client:
    """A client. An ``endpoint_url`` that is empty stands for AWS itself."""
    config = Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_ANSWER_TIMEOUT_SECONDS,
        retries={"mode": "standard"},
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    session: Any = boto3.session.Session(region_name=settings.region)
    made: S3Client = session.client("s3", endpoint_url=endpoint_url or None, config=config)
    return made
