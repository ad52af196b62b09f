"""The password of a Valkey user that changes under load fails nobody, with an overlap or without one."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.secrets import Credentials
from ledgerboard_infra.secrets.keeping import RENEWAL_PAUSE
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import RedisClient, make_redis, redis_errors
from tests.integration.infra.secrets.stores import Vault

THREADS = 4
USER = "player"


class Server:
    """A Valkey at which `USER` must show a password that the vault has."""

    def __init__(self, server: EmbeddedValkey, vault: Vault) -> None:
        self.vault = vault
        self.url = f"redis://{USER}@127.0.0.1:{server.port}/0"
        self.operator = redis.Redis.from_url(server.url)
        self.password = vault.rotate()
        self.operator.acl_setuser(USER, enabled=True, reset=True, passwords=f"+{self.password}", categories=["+@all"])

    def add(self, password: str) -> None:
        self.operator.acl_setuser(USER, enabled=True, passwords=f"+{password}")

    def take_away(self, password: str) -> None:
        self.operator.acl_setuser(USER, enabled=True, passwords=f"-{password}")

    def rotate(self, *, overlap: bool) -> None:
        before, self.password = self.password, self.vault.rotate()
        self.add(self.password)
        if not overlap:
            self.take_away(before)

    def client(self) -> RedisClient:
        credentials = Credentials(self.vault.secrets, self.vault.name)
        return make_redis(RedisSettings(url=self.url, secret=self.vault.name), credentials)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian, sqs_endpoint: str) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("guarded")
    with EmbeddedValkey(home, guardian=guardian, durable=False) as valkey:
        made = Server(valkey, Vault(sqs_endpoint))
        yield made
        made.operator.close()


def ask(client: RedisClient, stopped: threading.Event) -> int:
    """Ask over connections that are new, until stopped."""
    asked = 0
    while not stopped.is_set():
        with redis_errors():
            assert client.ping()
        if isinstance(client, redis.Redis):
            client.connection_pool.disconnect(inuse_connections=False)
        asked += 1
    return asked


@pytest.mark.parametrize("overlap", [True, False])
def test_a_rotation_under_load_fails_nobody(server: Server, overlap: bool) -> None:  # noqa: FBT001 -- a table
    client, stopped = server.client(), threading.Event()
    with ThreadPoolExecutor(THREADS) as threads:
        asking = [threads.submit(ask, client, stopped) for _ in range(THREADS)]
        for _ in range(2):
            server.rotate(overlap=overlap)
            time.sleep(RENEWAL_PAUSE.total_seconds() + 1)  # Two rotations within the pause would be one too many.
        stopped.set()
        assert min(each.result() for each in asking) > 10
    client.close()


def test_the_url_may_name_the_user_and_needs_no_password(server: Server) -> None:
    client = server.client()
    assert client.acl_whoami() in (USER, USER.encode())
    client.close()


def test_a_login_that_is_refused_is_an_outage_and_shown_nowhere(server: Server) -> None:
    value = server.vault.rotate()
    server.take_away(server.password)
    client = server.client()
    with pytest.raises(UnavailableError, match="Redis") as caught, redis_errors():
        client.ping()
    assert value not in f"{caught.value!r} {caught.value.__cause__!r} {client!r}"
    client.close()
