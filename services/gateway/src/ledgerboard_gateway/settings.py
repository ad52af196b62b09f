"""The gateway's settings: every environment variable it reads, with its meaning. Nothing else reads the environment."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from ledgerboard_contracts import InvalidNameError, check_board
from ledgerboard_gateway.access_settings import AccessSettings
from ledgerboard_gateway.body_limits import BodyLimits
from ledgerboard_gateway.identity_settings import IdentitySettings
from ledgerboard_gateway.key_settings import KeySettings
from ledgerboard_gateway.limit_settings import LimitSettings
from ledgerboard_gateway.name_settings import NameSettings
from ledgerboard_gateway.serving.connections import ConnectionLimits
from ledgerboard_gateway.serving.lanes import Places
from ledgerboard_infra.settings import (
    AwsSettings,
    Count,
    Port,
    PostgresSettings,
    RedisSettings,
    Seconds,
    SecretsSettings,
    TelemetrySettings,
    setting,
)


@dataclass(frozen=True, kw_only=True)
class HttpSettings:
    """How the gateway listens."""

    host: str = setting("LEDGERBOARD_HTTP_HOST", default="127.0.0.1", doc="Address to listen on.")
    port: Port = setting("LEDGERBOARD_HTTP_PORT", default=8080, doc="Port to listen on.")
    processes: Count = setting("LEDGERBOARD_HTTP_PROCESSES", default=1, doc="Worker processes.")
    threads: Annotated[int, Meta(ge=4)] = setting(
        "LEDGERBOARD_HTTP_THREADS", default=128, doc="Requests that one worker process handles at the same time."
    )
    wait_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_HTTP_WAIT_SECONDS",
        default=5.0,
        doc="How long a request waits for a thread before it is answered with 503.",
    )
    backpressure: Count = setting(
        "LEDGERBOARD_HTTP_BACKPRESSURE",
        default=4096,
        doc="Connections that one worker process keeps open at most. Where they run out, idle ones give way.",
    )
    max_body_bytes: Count = setting(
        "LEDGERBOARD_HTTP_MAX_BODY_BYTES",
        default=1024 * 1024,
        doc="A larger body of a bulk request is answered with 413; other bodies have lower bounds, as documented.",
    )
    header_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_HTTP_HEADER_SECONDS",
        default=3.0,
        doc="How long a new connection may take to send the headers of its first request.",
    )
    idle_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_HTTP_IDLE_SECONDS",
        default=75.0,
        doc="How long a connection is kept for its next request. Keep it above what a balancer in front keeps its own.",
    )
    body_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_HTTP_BODY_SECONDS",
        default=10.0,
        doc="How long a request's body may take to come; after that the answer is 408.",
    )
    origins: str = setting(
        "LEDGERBOARD_HTTP_ORIGINS",
        default="",
        doc="Origins whose pages may call from a browser, such as https://game.example, with commas between; *: all.",
    )
    hsts_seconds: Annotated[int, Meta(ge=0)] = setting(
        "LEDGERBOARD_HTTP_HSTS_SECONDS",
        default=0,
        doc="For how long browsers are told to insist on TLS. Set it where TLS is in front, and only there.",
    )
    drain_seconds: Seconds = setting(
        "LEDGERBOARD_HTTP_DRAIN_SECONDS",
        default=0.0,
        doc="After SIGTERM, how long to serve on with /readyz at 503, so that a balancer can look elsewhere first.",
    )
    grace_seconds: Seconds = setting(
        "LEDGERBOARD_HTTP_GRACE_SECONDS", default=20.0, doc="After that, how long requests in hand may take to finish."
    )

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins, each for itself."""
        return frozenset(each.strip().rstrip("/") for each in self.origins.split(",") if each.strip())

    @property
    def connections(self) -> ConnectionLimits:
        """How long a connection may keep its place without a request."""
        return ConnectionLimits(
            first_seconds=self.header_seconds, idle_seconds=self.idle_seconds, most=self.backpressure
        )

    @property
    def bodies(self) -> BodyLimits:
        """Threads that read large bodies: a quarter for players' and half for servers'. Small ones hold no thread."""
        return BodyLimits(self.max_body_bytes, self.threads // 4, self.threads // 2)


@dataclass(frozen=True, kw_only=True)
class PublisherSettings:
    """How submissions get onto the queue."""

    senders: Count = setting("LEDGERBOARD_PUBLISHER_SENDERS", default=2, doc="Sends in flight at the same time.")
    linger_seconds: Annotated[float, Meta(ge=0, le=0.1)] = setting(
        "LEDGERBOARD_PUBLISHER_LINGER_SECONDS",
        default=0.005,
        doc="Least time between two sends, in which submissions gather. An idle publisher sends at once.",
    )
    timeout_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_PUBLISHER_TIMEOUT_SECONDS",
        default=5.0,
        doc="How long a request waits for the queue's acknowledgement before it is answered with 503. One send to the "
        "queue may take half of it and is then repeated.",
    )
    buffer_requests: Count = setting(
        "LEDGERBOARD_PUBLISHER_BUFFER_REQUESTS",
        default=80,
        doc="Requests that may wait for the queue; more wait for their place first. Keep it below the threads, so that "
        "reads find a thread while the queue is down.",
    )
    buffer_bytes: Count = setting(
        "LEDGERBOARD_PUBLISHER_BUFFER_BYTES", default=32 * 1024 * 1024, doc="The same bound in bytes of JSON."
    )

    @property
    def send_seconds(self) -> float:
        """How long one send may take. Half of a request's wait, so that one send that hangs can be made up for."""
        return self.timeout_seconds / 2


@dataclass(frozen=True, kw_only=True)
class WaitSettings:
    """How submissions may wait for their standings (``Prefer: wait``)."""

    seconds: Annotated[int, Meta(ge=0, le=60)] = setting(
        "LEDGERBOARD_WAIT_SECONDS", default=10, doc="The longest that a submission waits for its standings; 0: never."
    )
    requests: Count = setting(
        "LEDGERBOARD_WAIT_REQUESTS",
        default=32,
        doc="Submissions that may wait so at the same time; more are answered with 202 at once. Together with the "
        "publisher's buffer keep it below the threads, so that everything else finds a thread.",
    )


@dataclass(frozen=True, kw_only=True)
class ClassicBoards:
    """Which boards the classic routes read, whose paths name none."""

    games: str = setting(
        "LEDGERBOARD_CLASSIC_GAMES_BOARD", default="games", doc="The board whose plays GET /users/... tells."
    )
    scores: str = setting("LEDGERBOARD_CLASSIC_SCORES_BOARD", default="games", doc="The board that GET /scores reads.")
    levels: str = setting("LEDGERBOARD_CLASSIC_LEVELS_BOARD", default="games", doc="The board that GET /levels reads.")

    @property
    def all(self) -> frozenset[str]:
        """These boards. Players' scores make them."""
        return frozenset({self.games, self.scores, self.levels})

    def __post_init__(self) -> None:
        for board in self.all:
            try:
                check_board(board)
            except InvalidNameError as error:
                raise ValueError(f"LEDGERBOARD_CLASSIC_..._BOARD: {error}") from error


@dataclass(frozen=True, kw_only=True)
class HookSettings:
    """Where hooks may be."""

    allow_http: bool = setting(
        "LEDGERBOARD_HOOK_ALLOW_HTTP", default=False, doc="Whether a hook's URL may be plain http. For tests."
    )
    allow_private: bool = setting(
        "LEDGERBOARD_HOOK_ALLOW_PRIVATE", default=False, doc="Whether it may lead into a private network."
    )


@dataclass(frozen=True, kw_only=True)
class GatewaySettings:
    """Everything the gateway can be told."""

    stage: str = setting("LEDGERBOARD_STAGE", default="dev", doc="Part of every queue's and key's name.")
    definitions_ttl_seconds: Seconds = setting(
        "LEDGERBOARD_DEFINITIONS_TTL_SECONDS", default=5.0, doc="How long a board's definition is used unasked."
    )
    bans_period_seconds: Annotated[float, Meta(gt=0)] = setting(
        "LEDGERBOARD_BANS_PERIOD_SECONDS",
        default=5.0,
        doc="How often to read who is banned. Until then a banned player's scores are accepted, and never shown.",
    )
    http: HttpSettings
    hooks: HookSettings
    publisher: PublisherSettings
    wait: WaitSettings
    classic: ClassicBoards
    access: AccessSettings
    identity: IdentitySettings
    keys: KeySettings
    limits: LimitSettings
    names: NameSettings
    aws: AwsSettings
    redis: RedisSettings
    postgres: PostgresSettings
    secrets: SecretsSettings
    telemetry: TelemetrySettings

    @property
    def places(self) -> Places:
        """The requests at work. Writes leave threads to reads, and reads an eighth of them to writes."""
        threads = self.http.threads
        return Places(
            threads=threads,
            reads=threads - max(1, threads // 8),
            writes=self.publisher.buffer_requests + self.wait.requests,
            strangers=max(1, threads // 4),
            large=max(1, threads // 2),
            wait_seconds=self.http.wait_seconds,
            body_seconds=self.http.body_seconds,
            bodies=max(1, self.http.backpressure // 4),
        )

    def __post_init__(self) -> None:
        if self.publisher.buffer_requests + self.wait.requests >= self.http.threads:
            raise ValueError(
                "LEDGERBOARD_PUBLISHER_BUFFER_REQUESTS and LEDGERBOARD_WAIT_REQUESTS together must be below "
                "LEDGERBOARD_HTTP_THREADS, or submissions could take every thread"
            )
