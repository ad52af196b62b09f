"""Secrets rotate under a running gateway: the database's, Redis's and its own key, and no request fails."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_hex
from typing import Final

import psycopg
import pytest
import redis
from psycopg import sql

from ledgerboard_dev.embedded import EmbeddedPostgres, EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_infra.secrets.keeping import RENEWAL_PAUSE
from ledgerboard_ledger import migrate
from tests.integration.gateway.processes import KEY, GatewayProcess, gateway_process, submissions_queue
from tests.integration.infra.secrets.stores import Vault

USER: Final = "boards"
THREADS: Final = 4
STAGE: Final = f"test-{token_hex(4)}"


class Scene:
    """A gateway that was told names, and whoever rotates what they stand for."""

    def __init__(self, owned: ExitStack, homes: Path, guardian: Guardian, endpoint: str) -> None:
        self.database, self.redis, self.key = (Vault(endpoint) for _ in range(3))
        postgres = EmbeddedPostgres(homes / "postgres", guardian=guardian, durable=False)
        valkey = EmbeddedValkey(homes / "valkey", guardian=guardian, durable=False)
        self.postgres, self.valkey = owned.enter_context(postgres), owned.enter_context(valkey)
        migrate(postgres.url)
        self.say(sql.SQL("CREATE ROLE {} LOGIN IN ROLE postgres").format(sql.Identifier(USER)))
        self.rotate()
        self.key.rotate(KEY)
        submissions_queue(endpoint, STAGE)
        named = {"DATABASE_SECRET": self.database.name, "REDIS_SECRET": self.redis.name, "WRITE_KEY": ""}
        self.gateway: GatewayProcess = owned.enter_context(
            gateway_process(
                endpoint,
                f"redis://{USER}@127.0.0.1:{valkey.port}/0",
                postgres.url_of(USER, "postgres"),
                STAGE,
                SECRETS="secretsmanager",
                SECRETS_ENDPOINT_URL=endpoint,
                WRITE_KEY_SECRET=self.key.name,
                DATABASE_POOL_SIZE=str(THREADS),
                **named,
            )
        )

    def say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(statement)

    def rotate(self) -> None:
        """Both passwords, the servers first: for a moment nothing that the store says is right."""
        password = token_hex(16)
        self.say(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(USER), sql.Literal(password)))
        with redis.Redis.from_url(self.valkey.url) as operator:
            operator.acl_setuser(
                USER, enabled=True, reset=True, passwords=f"+{password}", categories=["+@all"], keys="*"
            )
        self.database.rotate(json.dumps({"username": USER, "password": password}))
        self.redis.rotate(password)

    def drop_idle_connections(self) -> None:
        """As a failover would, of those that nobody uses: the next requests log in anew."""
        self.say(
            sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {} AND state = 'idle'")
            .format(USER)
        )  # fmt: skip

    def ask(self, method: str, path: str, key: str = KEY) -> int:
        connection = HTTPConnection("127.0.0.1", self.gateway.port, timeout=15)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = json.dumps({"player": "Ann", "score": 1}) if method == "POST" else None
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian, sqs_endpoint: str) -> Iterator[Scene]:
    with ExitStack() as owned:
        yield Scene(owned, tmp_path_factory.mktemp("rotating"), guardian, sqs_endpoint)


def load(scene: Scene, stopped: threading.Event) -> list[int]:
    """What requests that need the ledger, the boards and the key were answered."""
    answers: list[int] = []
    while not stopped.is_set():
        answers += [
            scene.ask("GET", "/v1/players/Ann/scores"),
            scene.ask("GET", "/readyz"),
            scene.ask("POST", "/v1/boards/rotating/scores"),
        ]
    return answers


def test_no_request_fails_while_the_passwords_of_both_databases_rotate(scene: Scene) -> None:
    stopped = threading.Event()
    with ThreadPoolExecutor(THREADS) as threads:
        asking = [threads.submit(load, scene, stopped)]
        for _ in range(THREADS - 1):  # Each thread more wants a connection more, which the new password opens.
            scene.rotate()
            asking.append(threads.submit(load, scene, stopped))
            time.sleep(RENEWAL_PAUSE.total_seconds() + 1)  # Two rotations within the pause would be one too many.
        stopped.set()
        answers = [status for each in asking for status in each.result()]
    assert set(answers) == {200, 202}
    assert len(answers) > 100


def test_connections_that_are_lost_after_a_rotation_log_in_with_the_new_password(scene: Scene) -> None:
    scene.rotate()
    scene.drop_idle_connections()
    assert scene.ask("GET", "/v1/players/Ann/scores") == 200


def test_the_new_key_is_good_at_once_and_the_old_one_while_the_store_has_it(scene: Scene) -> None:
    new, path = scene.key.rotate(), "/v1/boards/rotating/scores"
    assert [scene.ask("POST", path, key) for key in (new, KEY, "w" * 32)] == [202, 202, 401]
    scene.key.drop_previous()
    time.sleep(RENEWAL_PAUSE.total_seconds())
    assert [scene.ask("POST", path, key) for key in ("w" * 32, KEY, new)] == [401, 401, 202]
