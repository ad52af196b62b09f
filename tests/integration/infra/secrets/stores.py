"""Secrets in MiniStack, as whoever rotates them sees it."""

import secrets as randomness
from typing import Any
from uuid import uuid4

from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.secrets import Secrets, make_secrets
from ledgerboard_infra.secrets.aws import aws_client
from ledgerboard_infra.settings import SecretsSettings


class Vault:
    """One secret, by a name of its own."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.name = f"test-{uuid4().hex[:12]}"
        self.client: Any = aws_client("secretsmanager", "us-east-1", endpoint)
        self.client.create_secret(Name=self.name, SecretString="unset")

    def rotate(self, value: str | None = None) -> str:
        value = value or randomness.token_hex(16)
        self.client.put_secret_value(SecretId=self.name, SecretString=value)
        return value

    def drop_previous(self) -> None:
        versions = self.client.describe_secret(SecretId=self.name)["VersionIdsToStages"]
        for version, stages in versions.items():
            if "AWSPREVIOUS" in stages:
                self.client.update_secret_version_stage(
                    SecretId=self.name, VersionStage="AWSPREVIOUS", RemoveFromVersionId=version
                )

    @property
    def secrets(self) -> Secrets:
        """What a process of its own would know."""
        settings = SecretsSettings(store="secretsmanager", endpoint_url=self.endpoint)
        return make_secrets(settings, SystemClock())
