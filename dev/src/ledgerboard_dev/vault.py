"""The secrets of a stack: new at each start, known to the servers that ask for them, and kept in files of their owner.

Services are told names. So what they leak, into an environment, a log or a message, can hold no secret. The files lie
in a folder that the launcher's user alone enters; the local Secrets Manager would give them to any process of ours.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from ledgerboard_dev.embedded import redis_user
from ledgerboard_dev.private import new_secret, private_folder, write_private
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import RoleLogin, provision_roles

USER: Final = "ledgerboard"
"""As whom the services log in to both databases."""

OWNER: Final = "ledgerboard_owner"
"""Whose the ledger's tables are: who migrates."""

_NAMES: Final = {
    "LEDGERBOARD_DATABASE_SECRET": "database",
    "LEDGERBOARD_REDIS_SECRET": "redis",
    "LEDGERBOARD_WRITE_KEY_SECRET": "write-key",
}
_OWNERS_NAME: Final = "database-owner"


class Vault:
    """The secrets of one start."""

    def __init__(self, write_key: str) -> None:
        self.database_password = new_secret()
        self.owner_password = new_secret()
        self.redis_password = new_secret()
        self._write_key = write_key

    @property
    def redis_user(self) -> str:
        """What Valkey is told of the services' user."""
        return redis_user(USER, self.redis_password)

    @property
    def values(self) -> Mapping[str, str]:
        """What each name stands for; the database's in the form of Amazon RDS."""
        kept = {
            "LEDGERBOARD_DATABASE_SECRET": json.dumps({"username": USER, "password": self.database_password}),
            "LEDGERBOARD_REDIS_SECRET": self.redis_password,
            "LEDGERBOARD_WRITE_KEY_SECRET": self._write_key,
        }
        return {_OWNERS_NAME: self.owner_password, **{_NAMES[variable]: value for variable, value in kept.items()}}

    @property
    def migrating_settings(self) -> Mapping[str, str]:
        """What is told to who migrates, as the owner, and gives the services their rights."""
        return {"LEDGERBOARD_DATABASE_SECRET": _OWNERS_NAME, "LEDGERBOARD_DATABASE_SERVICE_ROLE": USER}

    @property
    def clients_settings(self) -> Mapping[str, str]:
        """The passwords where ``psql`` and ``redis-cli`` look for them."""
        return {"PGPASSWORD": self.database_password, "REDISCLI_AUTH": self.redis_password}

    def write(self, folder: Path) -> Mapping[str, str]:
        """Put them into files. The settings that lead the services there."""
        private_folder(folder)
        for name, value in self.values.items():
            write_private(folder / name, value)
        return {"LEDGERBOARD_SECRETS": "files", "LEDGERBOARD_SECRETS_DIRECTORY": str(folder), **_NAMES}

    def prepare_database(self, url: str, name: str) -> None:
        """Make the database and its roles, if need be, and give the roles their passwords of this start.

        ``url`` is the superuser's, whom no service knows.
        """
        with psycopg.connect(url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        engine = make_engine(f"{url.rpartition('/')[0]}/{name}", application_name="ledgerboard-dev", pool_size=1)
        try:
            provision_roles(engine, RoleLogin(OWNER, self.owner_password), RoleLogin(USER, self.database_password))
        finally:
            engine.dispose()
