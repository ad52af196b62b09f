"""The whole of Ledgerboard on this machine: real servers and every service as a process of its own.

Whatever happens to the process that holds it, a stack is either running whole or gone: see `guardian`.
"""

import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from ledgerboard_dev.blueprints import GATEWAY, MIGRATE, PREPARATIONS, WORKERS, Blueprint
from ledgerboard_dev.embedded import EmbeddedPostgres, EmbeddedSqs, EmbeddedValkey
from ledgerboard_dev.keys import kept_admin_key
from ledgerboard_dev.private import kept_secret, private_folder
from ledgerboard_dev.probes import free_port
from ledgerboard_dev.processes import BASE_ENVIRONMENT, Child, Guardian, Program
from ledgerboard_dev.progress import Progress, silent
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.shell import write_environment
from ledgerboard_dev.supervisor import Service, Supervisor
from ledgerboard_dev.vault import OWNER, USER, Vault

_STAGE: Final = "local"
DATABASE: Final = "ledgerboard"
_PREPARE_SECONDS: Final = 60
_STOP_SECONDS: Final = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """How a stack differs from the usual one.

    ``replicas``: how many processes of a service, one if unnamed; the second ranker is called ``ranker-2``. ``beside``
    are services besides the usual ones. ``environment`` goes to every service, ``service_environment`` to all of a
    blueprint's or, under the name of a replica, to that one. ``idle`` names services that whoever wants them starts.
    ``durable=False`` trades safety in a power cut for speed.
    """

    settings: DevSettings = field(default_factory=DevSettings)
    durable: bool = True
    replicas: Mapping[str, int] = field(default_factory=dict)
    beside: Sequence[Blueprint] = ()
    idle: Collection[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    service_environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Stack:
    """A context manager: inside it everything is ready, after it nothing is left running. Files stay in ``home``."""

    def __init__(self, home: Path, options: StackOptions | None = None, progress: Progress = silent) -> None:
        self.home = home.resolve()
        self.stage: Final = _STAGE
        self.services: dict[str, Service] = {}
        self.write_key_file = self.home / "write-key"
        self.environment_file = self.home / "services.env"
        self.write_key = ""
        self.admin_key_file = self.home / "admin-key"
        self.admin_key = ""
        self._options = options or StackOptions()
        self._progress = progress
        self._owned = ExitStack()

    @property
    def gateway_url(self) -> str:
        """The base of every route."""
        return f"http://127.0.0.1:{self.services[GATEWAY.name].port}"

    def start(self, name: str) -> None:
        """Start a service that was stopped or killed, and wait until it is ready."""
        self.services[name].launch()
        self.services[name].wait_until_ready()

    def stop(self, name: str) -> None:
        """SIGTERM a service and wait while it drains. It stays down."""
        self.services[name].stop()

    def kill(self, name: str) -> None:
        """SIGKILL a service and all of its processes. It stays down; a crash would be repaired."""
        self.services[name].kill()

    def begin(self, module: str, *arguments: str) -> Child:
        """Start one of the services' commands, from a thread that outlives it, and leave it to the caller."""
        program = self._command(module, arguments[0])
        return Child(replace(program, argv=[*program.argv, *arguments[1:]]), self._guardian)

    def command(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the services' commands to its end, in their environment."""
        program = self._command(module, arguments[0])
        return subprocess.run(
            [*program.argv, *arguments[1:]],
            check=False,
            capture_output=True,
            text=True,
            env={**BASE_ENVIRONMENT, **program.environment},
        )

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.push(self)
            self._start()
            starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._owned.close()

    def _start(self) -> None:
        private_folder(self.home)  # Logs and queues tell of players.
        self.write_key = kept_secret(self.write_key_file)
        self.vault = Vault(self.write_key)
        guardian = self._guardian = self._owned.enter_context(Guardian())
        self._start_servers(guardian)
        with self._progress("schema, queues and users"):
            self._prepare(guardian)
        self._make_services(guardian)
        self._write_environment()
        with self._progress(f"{len(self.services)} services"):
            wanted = [service for name, service in self.services.items() if name not in self._options.idle]
            for service in wanted:
                service.launch()
            for service in wanted:
                service.wait_until_ready()
            self.admin_key = kept_admin_key(self.gateway_url, self.write_key, self.admin_key_file)

    def _start_servers(self, guardian: Guardian) -> None:
        settings, durable, servers = self._options.settings, self._options.durable, self.home / "servers"
        self.postgres = EmbeddedPostgres(
            servers / "postgres", guardian=guardian, choice=settings.postgres, durable=durable
        )
        self.valkey = EmbeddedValkey(
            servers / "valkey",
            guardian=guardian,
            choice=settings.redis,
            durable=durable,
            users=[self.vault.redis_user],
        )
        self.sqs = EmbeddedSqs(servers / "sqs", guardian=guardian, durable=durable)
        for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey), ("SQS", self.sqs)):
            with self._progress(name):
                self._owned.enter_context(server)
        self._secrets = self.vault.write(self.home / "secrets")

    @property
    def database_url(self) -> str:
        """The ledger, for those who look at it from outside, with the password of who may do everything there."""
        return self.postgres.url.removesuffix("postgres") + DATABASE

    def _prepare(self, guardian: Guardian) -> None:
        """Make what every service expects to find. The commands at once: most of each is Python starting."""
        self.vault.prepare_database(self.postgres.url, DATABASE)
        preparations = [Child(self._program(blueprint, blueprint.name, 0), guardian) for blueprint in PREPARATIONS]
        for child in preparations:
            child.finish(_PREPARE_SECONDS)

    def _make_services(self, guardian: Guardian) -> None:
        for name, blueprint in service_names(self._options).items():
            port = free_port()
            self.services[name] = Service(self._program(blueprint, name, port), port, guardian)
        supervisor = Supervisor(self.services.values())
        supervisor.start()
        self._owned.callback(supervisor.close)
        self._owned.callback(self._stop_services)

    def _write_environment(self) -> None:
        """For a person's shell: what the services are told, and the passwords that they find by name."""
        services = self._command("ledgerboard_history", "reconcile").environment
        operator = {"LEDGERBOARD_URL": self.gateway_url, "LEDGERBOARD_WRITE_KEY_FILE": str(self.admin_key_file)}
        settings = {**services, **operator, **self.vault.clients_settings, "AWS_ENDPOINT_URL": self.sqs.url}
        write_environment(self.environment_file, settings, self.services)
        self._owned.callback(self.environment_file.unlink, missing_ok=True)

    def _command(self, module: str, verb: str) -> Program:
        return self._program(Blueprint(name="command", module=module, command=verb), "command", free_port())

    def _stop_services(self) -> None:
        """The gateway first, so that the workers' last batches are the last ones; then the workers together."""
        self.services[GATEWAY.name].stop()
        for service in self.services.values():
            service.ask_to_stop()
        for service in self.services.values():
            service.stop()

    def _program(self, blueprint: Blueprint, name: str, port: int) -> Program:
        directory = self.home / "services" / name
        directory.mkdir(parents=True, exist_ok=True)
        return Program(
            name=name,
            argv=[sys.executable, "-m", blueprint.module, blueprint.command],
            log=self.home / "logs" / f"{name}.log",
            directory=directory,
            environment={
                **EmbeddedSqs.environment,
                "LEDGERBOARD_STAGE": _STAGE,
                "LEDGERBOARD_SQS_ENDPOINT_URL": self.sqs.url,
                "LEDGERBOARD_REDIS_URL": f"redis://{USER}@127.0.0.1:{self.valkey.port}/0",
                "LEDGERBOARD_DATABASE_URL": self.postgres.url_of(USER, DATABASE),
                **self._secrets,
                **(self._of_the_owner() if blueprint is MIGRATE else {}),
                "LEDGERBOARD_COGNITO_POOL_NAME": f"ledgerboard-{_STAGE}",
                "LEDGERBOARD_COGNITO_ENDPOINT_URL": self.sqs.url,
                # The stand-in answers all who start at once, one after the other.
                "LEDGERBOARD_COGNITO_CALL_SECONDS": "20",
                "LEDGERBOARD_AUTO_CONFIRM": "true",
                "LEDGERBOARD_STREAM_WAIT_SECONDS": "2",
                blueprint.port_variable: str(port),
                **self._options.environment,
                **self._options.service_environment.get(blueprint.name, {}),
                **self._options.service_environment.get(name, {}),
            },
            stop_seconds=_STOP_SECONDS,
        )

    def _of_the_owner(self) -> Mapping[str, str]:
        return {
            "LEDGERBOARD_DATABASE_URL": self.postgres.url_of(OWNER, DATABASE),
            **self.vault.migrating_settings,
        }


def service_names(options: StackOptions) -> Mapping[str, Blueprint]:
    """The services that a stack of these options has, by name, and what each is made of."""
    return {
        blueprint.name if number == 1 else f"{blueprint.name}-{number}": blueprint
        for blueprint in (GATEWAY, *WORKERS, *options.beside)
        for number in range(1, options.replicas.get(blueprint.name, 1) + 1)
    }
