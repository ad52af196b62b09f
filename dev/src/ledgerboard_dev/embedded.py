"""Real servers on free loopback ports, for the demo and for the tests: nothing here is a stand-in.

Each is a context manager with a ``url``. The port is chosen at the first start and kept, so that a server that is
stopped and started again is the same server to its clients. Each asks for a secret that is made anew by every launcher
and stands on no command line: other users of the machine, and pages in its browsers, reach the port and no further.
"""

import hashlib
import signal
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from ledgerboard_dev.binaries import BUNDLED, ministack_command, postgres_directory, redis_executable
from ledgerboard_dev.guarded_aws import ASKS_FOR_KEY
from ledgerboard_dev.identity import Home, postgres_home
from ledgerboard_dev.private import new_secret, private_folder, write_private
from ledgerboard_dev.probes import http_status, postgres_answers, redis_answers
from ledgerboard_dev.processes import Guardian, Program, run_as
from ledgerboard_dev.server import Server

_C_LOCALE: Final = {"LC_ALL": "C", "TZ": "UTC"}
_RULES: Final = "host all all 127.0.0.1/32 scram-sha-256\n"
_RULES_FILE: Final = "rules.conf"
_LIKE_EVERY_MACHINE: Final = ("-E", "UTF8", "--no-locale", "--no-sync")
_HASTY: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class InitialisationError(RuntimeError):
    """The database cannot be made ready. The message is what the program said, without the password."""


class EmbeddedPostgres(Server):
    """PostgreSQL, user ``postgres``, with the password in ``url``. ``durable=False`` is for data that nobody will miss.

    ``choice`` is that of `DevSettings.postgres`. The password is told to a server that serves nobody yet (``postgres
    --single``), so there is no moment at which it asks for none.
    """

    def __init__(
        self, home: Path, *, guardian: Guardian | None = None, choice: str = BUNDLED, durable: bool = True
    ) -> None:
        super().__init__(home, guardian=guardian)
        self._durable = durable
        self._password = new_secret()
        self._is_told = False
        self._lives: Home = postgres_home(self.home, postgres_directory(choice))

    @property
    def url(self) -> str:
        """The maintenance database; clients that want one of their own create it."""
        return self.url_of("postgres", "postgres", self._password)

    def url_of(self, user: str, database: str, password: str = "") -> str:
        """A database as a user sees it. Without a ``password`` it is one for the user to add."""
        return f"postgresql://{user}{password and f':{password}'}@127.0.0.1:{self.port}/{database}"

    def _prepare(self) -> None:
        data = self._lives.data
        if not (data / "PG_VERSION").exists():
            self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "reject", *_LIKE_EVERY_MACHINE)
        (data / _RULES_FILE).write_text(_RULES)
        if not self._is_told:
            self._run(
                "postgres", "--single", "-D", str(data), *(("-F",) if not self._durable else ()), "postgres",
                said=f"ALTER ROLE postgres PASSWORD '{self._password}'\n",
            )  # fmt: skip
            self._is_told = True

    def _run(self, program: str, *arguments: str, said: str = "") -> None:
        command = [str(self._lives.binaries / program), *arguments]
        finished = run_as(self._lives.identity, command, _C_LOCALE, said=said)
        words = f"{finished.stdout}\n{finished.stderr}".replace(self._password, "...")
        if finished.returncode or "ERROR:" in words:
            raise InitialisationError(words)

    def _program(self) -> Program:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "hba_file": str(self._lives.data / _RULES_FILE),
            "shared_buffers": "128MB",
            "max_connections": "200",
            "timezone": "UTC",
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


def redis_user(name: str, password: str) -> str:
    """A user who may do everything, as the directive ``user`` has it, by a digest of the password."""
    return f"{name} on #{hashlib.sha256(password.encode()).hexdigest()} ~* &* +@all"


class EmbeddedValkey(Server):
    """Valkey (or Redis) with an append-only file, and refusing writes rather than evicting when full.

    The default user's password is in ``url``; two servers of one ``password`` can replicate each other. ``users`` are
    others, as the directive ``user`` has them.
    """

    def __init__(
        self,
        home: Path,
        *,
        guardian: Guardian | None = None,
        choice: str = BUNDLED,
        durable: bool = True,
        users: Sequence[str] = (),
        password: str = "",
    ) -> None:
        super().__init__(home, guardian=guardian)
        self._durable = durable
        self.password: Final = password or new_secret()
        self._users = [redis_user("default", self.password), *users]
        self._executable = redis_executable(choice)
        self._settings = private_folder(self.home / "settings") / "valkey.conf"

    @property
    def url(self) -> str:
        """Its database 0."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def _prepare(self) -> None:
        """The passwords go into a file: a command line can be read by every user of the machine."""
        lines = [f"user {user}" for user in self._users]
        write_private(self._settings, "\n".join([*lines, f"masterauth {self.password}", ""]))

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
        words = [word for option in options.items() for word in option]
        return Program(
            name="valkey",
            argv=[str(self._executable), str(self._settings), *words],
            log=self.home / "valkey.log",
            environment=_C_LOCALE,
        )

    def _ready(self) -> bool:
        return redis_answers(self.port, self.password)


class EmbeddedSqs(Server):
    """MiniStack, which serves SQS, S3, Secrets Manager, SSM and Cognito, behind a guard (see `guarded_aws`).

    What is ``durable`` survives a clean stop, and no other. ``strict``: it checks signatures, codes and sign-outs,
    which costs every call. ``environment`` is what its clients show: one key for all servers of a launcher.
    """

    environment: Final[Mapping[str, str]] = {
        "AWS_ACCESS_KEY_ID": f"LOCAL{new_secret()}",
        "AWS_SECRET_ACCESS_KEY": "test",  # Nobody checks it but a strict server; boto3 insists on one.
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
            argv=[*ministack_command(), ASKS_FOR_KEY, "127.0.0.1", "localhost"],
            log=self.home / "ministack.log",
            directory=self.home,
            environment={
                **self.environment,
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
