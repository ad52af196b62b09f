"""Secrets in AWS: Secrets Manager, and Systems Manager's parameters of type SecureString.

A rotation of Secrets Manager leaves the old value under the label AWSPREVIOUS. A parameter has no such label by itself:
whoever rotates it labels the old version ``previous``, and takes the label away when nobody may use it any more.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.secrets.secret import MissingSecretError, Secret

_CONNECT_TIMEOUT_SECONDS: Final = 1
_ANSWER_TIMEOUT_SECONDS: Final = 2
_MISSING: Final = frozenset({"ResourceNotFoundException", "ParameterNotFound", "ParameterVersionNotFound"})
_PREVIOUS: Final = "AWSPREVIOUS"


class SecretsManagerClient(Protocol):
    """What is used of boto3's client."""

    def get_secret_value(self, **asked: str) -> Mapping[str, Any]:
        """One version of a secret."""
        ...


class ParametersClient(Protocol):
    """What is used of boto3's client."""

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Mapping[str, Any]:  # noqa: N803 -- boto3's names.
        """One version of a parameter."""
        ...


class SecretsManagerStore:
    """Secrets of AWS Secrets Manager, by name or ARN."""

    def __init__(self, client: SecretsManagerClient) -> None:
        self._client = client

    def fetch(self, name: str) -> Secret:
        """Both versions. The current one first: a rotation in between then shows one value twice, and loses none."""
        return Secret(self._current(name), self._previous(name))

    def _current(self, name: str) -> str:
        with _aws_errors(name):
            return _text(name, self._client.get_secret_value(SecretId=name))

    def _previous(self, name: str) -> str | None:
        try:
            with _aws_errors(name):
                return _text(name, self._client.get_secret_value(SecretId=name, VersionStage=_PREVIOUS))
        except MissingSecretError:
            return None


class ParameterStore:
    """Parameters of AWS Systems Manager, decrypted."""

    def __init__(self, client: ParametersClient) -> None:
        self._client = client

    def fetch(self, name: str) -> Secret:
        """The newest version, and the one that is labelled ``previous``."""
        return Secret(self._value(name), self._previous(name))

    def _previous(self, name: str) -> str | None:
        try:
            return self._value(f"{name}:previous")
        except MissingSecretError:
            return None

    def _value(self, name: str) -> str:
        with _aws_errors(name):
            return str(self._client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])


def aws_client(service: str, region: str, endpoint_url: str) -> Any:
    """A client whose calls end within some six seconds. An ``endpoint_url`` that is empty stands for AWS itself."""
    config = Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_ANSWER_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    session: Any = boto3.session.Session(region_name=region)
    return session.client(service, endpoint_url=endpoint_url or None, config=config)


def _text(name: str, answer: Mapping[str, Any]) -> str:
    if "SecretString" not in answer:
        raise MisconfiguredError(f"the secret {name} is binary; text is wanted")
    return str(answer["SecretString"])


@contextmanager
def _aws_errors(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code", "") in _MISSING:
            raise MissingSecretError(f"there is no secret {name}") from error
        raise UnavailableError(f"the secret {name}: {error}") from error
    except BotoCoreError as error:
        raise UnavailableError(f"the secret {name}: {error}") from error
