"""Real servers on free loopback ports, for the demo and for the tests: nothing here is a stand-in.

Each is a context manager with a ``url``. The port is chosen at the first start and kept, so that a server that is
stopped and started again is the same server to its clients.
"""

import signal
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from ledgerboard_dev.binaries import BUNDLED, ministack_command, postgres_directory, redis_executable
from ledgerboard_dev.identity import Home, postgres_home
from ledgerboard_dev.probes import http_status, postgres_answers, redis_answers
from ledgerboard_dev.processes import Guardian, Program, run_as
from ledgerboard_dev.server import Server

_C_LOCALE: Final = {"LC_ALL": "C", "TZ": "UTC"}
_RULES: Final = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
_RULES_FILE: Final = "rules.conf"
_HASTY: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class InitialisationError(RuntimeError):
    """``initdb`` failed. The message is what it said."""


class EmbeddedPostgres(Server):
    """PostgreSQL, user ``postgres``, no password. ``durable=False`` is for data that nobody will miss.

    ``choice`` is that of `DevSettings.postgres`. ``passwords``: every other user must show one.
    """

    def __init__(
        self,
        home: Path,
        *,
        guardian: Guardian | None = None,
        choice: str = BUNDLED,
        durable: bool = True,
        passwords: bool = False,
    ) -> None:
        super().__init__(home, guardian=guardian)
        self._durable = durable
        self._passwords = passwords
        self._lives: Home = postgres_home(self.home, postgres_directory(choice))

    @property
    def url(self) -> str:
        """The maintenance database; clients that want one of their own create it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _prepare(self) -> None:
        data = self._lives.data
        if not (data / "PG_VERSION").exists():
            self._initialise(data)
        if self._passwords:
            (data / _RULES_FILE).write_text(_RULES)

    def _initialise(self, data: Path) -> None:
        command = [str(self._lives.binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        command += ["-E", "UTF8", "--no-locale", "--no-sync"]
        finished = run_as(self._lives.identity, command, _C_LOCALE)
        if finished.returncode:
            raise InitialisationError(f"{finished.stdout}\n{finished.stderr}")

    def _program(self) -> Program:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "128MB",
            "max_connections": "200",
            "timezone": "UTC",
            **({"hba_file": str(self._lives.data / _RULES_FILE)} if self._passwords else {}),
            **({} if self._durable else _HASTY),
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            argv=[str(self._lives.binaries / "postgres"), "-D", str(self._lives.data), *settings],
            log=self.home / "postgres.log",
            environment=_C_LOCALE,
            stop_signal=signal.SIGINT,  # Fast shutdown: SIGTERM would wait for every client to leave.
            death_signal=signal.SIGINT,
            identity=self._lives.identity,
        )

    def _ready(self) -> bool:
        return postgres_answers(self.url)


class EmbeddedValkey(Server):
    """Valkey (or Redis) with an append-only file, and refusing writes rather than evicting when full.

    The default user needs no password. ``users`` are others, as the directive ``user`` has them.
    """

    def __init__(
        self,
        home: Path,
        *,
        guardian: Guardian | None = None,
        choice: str = BUNDLED,
        durable: bool = True,
        users: Sequence[str] = (),
    ) -> None:
        super().__init__(home, guardian=guardian)
        self._durable = durable
        self._users = [word for user in users for word in ("--user", *user.split())]
        self._executable = redis_executable(choice)

    @property
    def url(self) -> str:
        """Its database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def _program(self) -> Program:
        options = {
            "--bind": "127.0.0.1",
            "--port": str(self.port),
            "--dir": str(self.home),
            "--appendonly": "yes",
            "--appendfsync": "everysec" if self._durable else "no",
            "--save": "",
            "--maxmemory-policy": "noeviction",
        }
        return Program(
            name="valkey",
            argv=[str(self._executable), *(word for option in options.items() for word in option), *self._users],
            log=self.home / "valkey.log",
            environment=_C_LOCALE,
        )

    def _ready(self) -> bool:
        return redis_answers(self.port)


class EmbeddedSqs(Server):
    """MiniStack, which serves SQS, S3, Secrets Manager, SSM and Cognito.

    What is ``durable`` survives a clean stop, and no other. ``strict``: it checks signatures, codes and sign-outs,
    which costs every call.
    """

    environment: Final[Mapping[str, str]] = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # MiniStack accepts any; boto3 insists on some.
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }

    def __init__(
        self, home: Path, *, guardian: Guardian | None = None, durable: bool = True, strict: bool = False
    ) -> None:
        super().__init__(home, guardian=guardian)
        self._durable = durable
        self._strict = strict

    @property
    def url(self) -> str:
        """The endpoint for every AWS client."""
        return f"http://127.0.0.1:{self.port}"

    def _program(self) -> Program:
        return Program(
            name="ministack",
            argv=ministack_command(),
            log=self.home / "ministack.log",
            directory=self.home,
            environment={
                "GATEWAY_PORT": str(self.port),
                "BIND_HOST": "127.0.0.1",
                "MINISTACK_HOST": "127.0.0.1",
                "SERVICES": "sqs,s3,secretsmanager,ssm,cognito-idp",
                "AUTH": "true" if self._strict else "false",
                "PERSIST_STATE": "1" if self._durable else "0",
                "STATE_DIR": str(self.home / "state"),
                "TMPDIR": str(self.home),
                "LOG_LEVEL": "WARNING",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "DOCKER_HOST": f"unix://{self.home}/none.sock",  # It would tidy up the user's own containers.
            },
        )

    def _ready(self) -> bool:
        return http_status(self.port, "/_ministack/ready") == HTTPStatus.OK
