"""The secrets of a stack: new at each start, known to the servers that ask for them and to MiniStack's Secrets Manager.

Services are told names. So what they leak, into an environment, a log or a message, can hold no secret.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3
import psycopg
from psycopg import sql

from ledgerboard_dev.embedded import EmbeddedSqs

USER: Final = "ledgerboard"
"""As whom the services log in to both databases."""

_NAMES: Final = {
    "LEDGERBOARD_DATABASE_SECRET": "ledgerboard/{stage}/database",
    "LEDGERBOARD_REDIS_SECRET": "ledgerboard/{stage}/redis",
    "LEDGERBOARD_WRITE_KEY_SECRET": "ledgerboard/{stage}/write-key",
}


class Vault:
    """The secrets of one start."""

    def __init__(self, stage: str, write_key: str) -> None:
        self.database_password = secrets.token_urlsafe(24)
        self.redis_password = secrets.token_urlsafe(24)
        self._stage = stage
        self._write_key = write_key

    @property
    def redis_user(self) -> str:
        """What Valkey is told of the services' user: a digest, since a command line is no secret."""
        return f"{USER} on #{hashlib.sha256(self.redis_password.encode()).hexdigest()} ~* &* +@all"

    @property
    def values(self) -> Mapping[str, str]:
        """What each name stands for; the database's in the form of Amazon RDS."""
        kept = {
            "LEDGERBOARD_DATABASE_SECRET": json.dumps({"username": USER, "password": self.database_password}),
            "LEDGERBOARD_REDIS_SECRET": self.redis_password,
            "LEDGERBOARD_WRITE_KEY_SECRET": self._write_key,
        }
        return {_NAMES[variable].format(stage=self._stage): value for variable, value in kept.items()}

    @property
    def clients_settings(self) -> Mapping[str, str]:
        """The passwords where ``psql`` and ``redis-cli`` look for them."""
        return {"PGPASSWORD": self.database_password, "REDISCLI_AUTH": self.redis_password}

    def plant(self, endpoint_url: str) -> Mapping[str, str]:
        """Put them into Secrets Manager. The settings that lead the services there."""
        client = _secrets_manager(endpoint_url)
        for name, value in self.values.items():
            try:
                client.create_secret(Name=name, SecretString=value)
            except client.exceptions.ResourceExistsException:
                client.put_secret_value(SecretId=name, SecretString=value)
        return {"LEDGERBOARD_SECRETS": "secretsmanager", "LEDGERBOARD_SECRETS_ENDPOINT_URL": endpoint_url, **_NAMES}

    def prepare_database(self, url: str, name: str) -> None:
        """Make the database and the services' role, if need be, and give the role its password of this start.

        The role may do what ``postgres`` may with what is there: earlier stacks made all of it as ``postgres``.
        """
        user, database = sql.Identifier(USER), sql.Identifier(name)
        with psycopg.connect(url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (USER,)).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE postgres").format(user))
            password = sql.Literal(self.database_password)
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(user, password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, user))


def _secrets_manager(endpoint_url: str) -> Any:
    given = EmbeddedSqs.environment
    session: Any = boto3.session.Session(
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        region_name=given["AWS_DEFAULT_REGION"],
    )
    return session.client("secretsmanager", endpoint_url=endpoint_url)


def kept_secret(file: Path) -> str:
    """A secret that is made once for a home."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def write_private(file: Path, text: str) -> None:
    """Write a new file that its owner alone reads."""
    file.touch(mode=0o600)
    file.write_text(text)
