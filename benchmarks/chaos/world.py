"""Everything that a fault can strike at: the stack, the links between its parts, its clocks, and its queues."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import boto3

from benchmarks.chaos.beside import BESIDE, PREFIX, Release
from benchmarks.chaos.boards import BoardPlan, make_boards
from benchmarks.chaos.client import Client
from benchmarks.chaos.clocks import Clocks
from benchmarks.chaos.disk import Disk
from benchmarks.chaos.network.links import OPEN, Condition, Link
from benchmarks.chaos.network.loop import Network
from benchmarks.chaos.network.queue_shim import Manners, QueueShim
from benchmarks.chaos.operators import Operators
from benchmarks.chaos.recorder import Recorder
from benchmarks.chaos.valkeys import ValkeyPair
from ledgerboard_contracts.queues import HISTORY, HISTORY_JOBS, RANK, SUBMISSIONS
from ledgerboard_dev.blueprints import GATEWAY, WORKERS, Blueprint
from ledgerboard_dev.cluster import ClusterNode, running_cluster
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import ChildDiedError, Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_dev.stack import DATABASE, Stack, StackOptions, service_names
from ledgerboard_dev.vault import USER
from ledgerboard_infra.jobs import make_celery
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import resolve_queue_url, sqs_client

MARK_SECONDS: Final = 45
"""How long totals know a message that is done with: short, so that a ghost can outlive it within a run."""

STORES: Final = ("valkey", "postgres", "sqs")

_STAGE: Final = "local"
_QUEUES: Final = tuple(queue.full_name(_STAGE) for queue in (SUBMISSIONS, RANK, HISTORY))
_BUCKET: Final = "chaos"
_START_SECONDS: Final = 40.0
_PRIMARIES: Final = 3
_JOB_SECONDS: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldOptions:
    """What a world is made of. ``beside``: the release whose services stand beside the present ones."""

    seed: int
    replicas: int
    archiving: bool = False
    cluster: bool = False
    beside: Release | None = None


class World:
    """A context manager around a running stack. Only the thread that made it may act on it."""

    def __init__(self, folder: Path, options: WorldOptions, disk: Disk) -> None:
        self.folder = folder.resolve()
        self.disk = disk
        self.recorder = Recorder(self.folder)
        self.boards: Mapping[str, BoardPlan] = make_boards(datetime.now(UTC))
        self.first_files = self.folder / "files" / "first"
        self.playing_since = time.monotonic()
        self.sessions_rest = False
        self._options = options
        self.stack: Stack
        self._owned = ExitStack()
        self._numbers: Counter[str] = Counter()
        self._links: dict[tuple[str, str], Link] = {}
        self._pair: ValkeyPair | None = None
        self._nodes: Sequence[ClusterNode] = ()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.push(self)
            self._start()
            starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._owned.close()

    def replicas_of(self, service: str) -> Sequence[str]:
        """The names of a service's processes, of whichever release."""
        return [name for name, each in self._blueprints.items() if each.name in {service, PREFIX + service}]

    def set_links(self, target: str, condition: Condition) -> None:
        """``target`` is a service and a store with a slash between, or a star for all services."""
        for link in self._matching(target):
            self.network.run(link.set(condition))

    def client_at(self, store: str, port: int) -> str:
        """Which service's connection comes to the store from that port; empty where it has gone."""
        links = [(service, link) for (service, to), link in self._links.items() if to == store]
        return next((service for service, link in links if self.network.call(link.leads_from, port)), "")

    def cut(self, target: str) -> None:
        """Break the connections of these links, this once."""
        for link in self._matching(target):
            self.network.call(link.cut)

    def behave(self, **manners: Any) -> None:
        """Let the queues have these manners, and keep the others."""
        self.network.call(self.shim.behave, replace(self.shim.manners, **manners))

    def start_postgres(self) -> None:
        """Start it, however long its predecessor's children take to go."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.stack.postgres.running:
            try:
                self.stack.postgres.start()
            except ChildDiedError:
                if time.monotonic() > deadline:
                    raise

    def send_job(self, name: str) -> None:
        """Have a job of history done."""
        aws = AwsSettings(sqs_endpoint_url=self.stack.sqs.url)
        url = resolve_queue_url(sqs_client(aws), HISTORY_JOBS.full_name(_STAGE))
        app = make_celery(
            "chaos", aws, queue_url=url, result_url=self.stack.database_url, time_limit_seconds=_JOB_SECONDS
        )
        app.send_task(name, ignore_result=True)

    def next_number(self, what: str) -> int:
        """1, 2, 3 and so on, for each ``what``."""
        self._numbers[what] += 1
        return self._numbers[what]

    @property
    def playing_for(self) -> float:
        """How many seconds old the round is."""
        return time.monotonic() - self.playing_since

    def mend(self) -> None:
        """Let every link be whole, every clock right and the queues well-behaved; start what is down."""
        self.sessions_rest = False
        self.set_links("*/*", OPEN)
        self.clocks.set_all_right()
        self.network.call(self.shim.behave, Manners())
        self.disk.give_room()
        if not self.stack.postgres.running:
            self.start_postgres()
        if not self._options.cluster:
            self._mend_valkey()
        for service in self.stack.services.values():
            service.launch()

    def _mend_valkey(self) -> None:
        """Let one server serve everybody, with the other one behind it."""
        pair = self.valkeys
        for server in (pair.first, pair.second):
            if not server.running:
                server.start()
        if pair.left_behind:
            pair.left_behind.clear()
            self.cut("*/valkey")
        pair.lag(is_lagging=False)
        pair.let_have_memory()
        pair.follow()

    def start_watch(self) -> None:
        """Keep Valkey's files as they are before the first beat, and start the rebuilders then."""
        if not self._options.cluster:
            self.valkeys.copy_files(self.first_files)
        for name in self._watchers:
            self.stack.start(name)

    def _start(self) -> None:
        options, dice = self._options, random.Random(f"{self._options.seed}-network")
        self.network = self._owned.enter_context(Network())
        self.shim = self.network.open(QueueShim(lambda: self.stack.sqs.port, _QUEUES, dice))
        self._blueprints: Mapping[str, Blueprint] = {}
        self._blueprints = service_names(self._stack_options({}))
        self.clocks = Clocks(self.folder / "clocks", self._blueprints)
        for service in self._blueprints:
            for store in STORES:
                self._links[service, store] = self._link(
                    f"{service}/{store}", partial(self._port, service, store), dice
                )
        self._objects = self._link("objects", lambda: self.stack.sqs.port, dice)
        self._nodes = self._start_cluster() if options.cluster else ()
        environments = {service: self._environment(service) for service in self._blueprints}
        self.stack = Stack(self.folder, self._stack_options(environments))
        self._owned.enter_context(self.stack)
        if not options.cluster:
            self._start_pair(dice)
        self.clients = [self._client(name) for name in self._blueprints if "gateway" in name]
        self.operators = Operators(self.clients, self.recorder, options.seed)
        self._owned.callback(self.operators.close)
        self._owned.callback(self.recorder.close)
        self._owned.callback(self.mend)
        self._define_boards()
        if options.archiving:
            boto3.client("s3", endpoint_url=self.stack.sqs.url).create_bucket(Bucket=_BUCKET)

    @property
    def _watchers(self) -> Sequence[str]:
        return [name for name in self._blueprints if "rebuilder" in name]

    def _stack_options(self, environments: Mapping[str, Mapping[str, str]]) -> StackOptions:
        return StackOptions(
            settings=DevSettings(),
            replicas=_replicas(self._options.replicas),
            beside=BESIDE if self._options.beside else (),
            idle=self._watchers,
            environment=self._common_environment(),
            service_environment=environments,
        )

    def _common_environment(self) -> Mapping[str, str]:
        """What is short here is long in life, for a run to see the end of it."""
        return {
            "LEDGERBOARD_MARK_SECONDS": str(MARK_SECONDS),
            "LEDGERBOARD_CLOSING_SETTLING_SECONDS": "20",
            "LEDGERBOARD_STREAM_RETRY_MAX_SECONDS": "20",
        }

    def _environment(self, service: str) -> Mapping[str, str]:
        """One service's: its own way to each store, and its own clock."""
        ports = {store: self._links[service, store].port for store in STORES}
        found = {
            "LEDGERBOARD_REDIS_URL": f"redis://{USER}@127.0.0.1:{ports['valkey']}/0",
            "LEDGERBOARD_DATABASE_URL": f"postgresql://{USER}@127.0.0.1:{ports['postgres']}/{DATABASE}",
            "LEDGERBOARD_SQS_ENDPOINT_URL": f"http://127.0.0.1:{ports['sqs']}",
            **self.clocks.environment(service),
        }
        if self._nodes:
            found |= {"LEDGERBOARD_REDIS_URL": self._nodes[0].url, "LEDGERBOARD_REDIS_SECRET": ""}
            found["LEDGERBOARD_REDIS_CLUSTER"] = "true"
        if self._options.archiving and service.startswith("history-"):
            found |= {"LEDGERBOARD_EXPORT_BUCKET": _BUCKET, "LEDGERBOARD_RETENTION_MONTHS": "2"}
            found["LEDGERBOARD_S3_ENDPOINT_URL"] = f"http://127.0.0.1:{self._objects.port}"
        release = self._options.beside
        if release is not None and self._blueprints[service] in BESIDE:
            found["PYTHONPATH"] = f"{found['PYTHONPATH']}:{release.python_path}"
        return found

    def _link(self, name: str, target: Any, dice: random.Random) -> Link:
        return self.network.open(Link(name, target, dice))

    def _port(self, service: str, store: str) -> int:
        match store:
            case "valkey":
                return self._pair.port_for(service) if self._pair else self.stack.valkey.port
            case "postgres":
                return self.stack.postgres.port
            case _:
                return self.shim.port

    def _start_pair(self, dice: random.Random) -> None:
        first = self.stack.valkey
        second = EmbeddedValkey(
            self.folder / "servers" / "valkey-2", users=[self.stack.vault.redis_user], password=first.password
        )
        self._owned.enter_context(second)
        replication = self._link("replication", lambda: self.valkeys.serving.port, dice)
        self._pair = ValkeyPair(first, second, self.network, replication)
        self.valkeys.follow()

    def _start_cluster(self) -> Sequence[ClusterNode]:
        guardian = self._owned.enter_context(Guardian())
        place = self.folder / "servers" / "cluster"
        return self._owned.enter_context(running_cluster(place, _PRIMARIES, guardian, DevSettings().redis))

    @property
    def valkeys(self) -> ValkeyPair:
        """The pair that serves. There is none beside a cluster."""
        assert self._pair is not None
        return self._pair

    @property
    def nodes(self) -> Sequence[ClusterNode]:
        """The primaries of the cluster; none where there is no cluster."""
        return self._nodes

    def _client(self, name: str) -> Client:
        return Client(f"http://127.0.0.1:{self.stack.services[name].port}", self.stack.admin_key)

    def _define_boards(self) -> None:
        for board, plan in self.boards.items():
            answer = self.clients[0].ask("PUT", f"/v1/boards/{board}", plan.options)
            assert answer.status in {200, 201}, (board, answer)

    def _matching(self, target: str) -> Sequence[Link]:
        service, _, store = target.partition("/")
        return [link for (of, to), link in self._links.items() if service in {"*", of} and store in {"*", to}]


def stack_names(replicas: int, *, with_beside: bool) -> Sequence[str]:
    """The services of a world that is still to be made."""
    return list(service_names(StackOptions(replicas=_replicas(replicas), beside=BESIDE if with_beside else ())))


def _replicas(count: int) -> Mapping[str, int]:
    """So many of everything but the schedule, of which there must be one."""
    return dict.fromkeys((GATEWAY.name, *(each.name for each in WORKERS if each.name != "history-beat")), count)
