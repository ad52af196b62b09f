"""The settings that several services share, in groups that a service's own settings nest.

Every default is fit for one machine; what a deployment must decide has no default.
"""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from ledgerboard_infra.settings.options import setting

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]
Port = Annotated[int, Meta(ge=0, le=65535)]


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """Where SQS is. Credentials come by boto3's own chain: environment, profile, container or instance role."""

    region: str = setting("LEDGERBOARD_AWS_REGION", default="us-east-1", doc="The AWS region of the queues.")
    sqs_endpoint_url: str = setting(
        "LEDGERBOARD_SQS_ENDPOINT_URL", default="", doc="The SQS server's URL; empty for AWS itself."
    )


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Where Redis or Valkey is, and how long one command may take. Of a cluster, ``url`` names any node."""

    url: str = setting("LEDGERBOARD_REDIS_URL", doc="redis:// or rediss:// URL of the boards.", secret=True)
    secret: str = setting(
        "LEDGERBOARD_REDIS_SECRET", default="", doc="Name of the secret with its password; the URL then holds none."
    )
    cluster: bool = setting("LEDGERBOARD_REDIS_CLUSTER", default=False, doc="Whether that is a node of a cluster.")
    timeout_seconds: Seconds = setting(
        "LEDGERBOARD_REDIS_TIMEOUT_SECONDS", default=2.0, doc="Bound of a connect and of one command."
    )

    def __post_init__(self) -> None:
        _refuse_two_passwords("LEDGERBOARD_REDIS_URL", self.url, "LEDGERBOARD_REDIS_SECRET", self.secret)


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """Where the ledger is: a writer and, if there is one, a reader endpoint."""

    writer_url: str = setting("LEDGERBOARD_DATABASE_URL", doc="postgresql:// URL of the writer.", secret=True)
    reader_url: str = setting(
        "LEDGERBOARD_DATABASE_READER_URL", default="", doc="URL of the reader; empty for the writer's.", secret=True
    )
    secret: str = setting(
        "LEDGERBOARD_DATABASE_SECRET", default="", doc="Name of the secret with its password; the URLs then hold none."
    )
    reader_secret: str = setting(
        "LEDGERBOARD_DATABASE_READER_SECRET", default="", doc="The same for the reader; empty for the writer's."
    )
    pool_size: Count = setting(
        "LEDGERBOARD_DATABASE_POOL_SIZE",
        default=5,
        doc="Most connections to each; a gateway has as many again for reads.",
    )

    def __post_init__(self) -> None:
        _refuse_two_passwords("LEDGERBOARD_DATABASE_URL", self.writer_url, "LEDGERBOARD_DATABASE_SECRET", self.secret)

    @property
    def reading_url(self) -> str:
        """Where to read: the reader if one is set, else the writer."""
        return self.reader_url or self.writer_url

    @property
    def reading_secret(self) -> str:
        """The secret of whoever answers there."""
        return self.reader_secret or self.secret


@dataclass(frozen=True, slots=True)
class SecretsSettings:
    """Where secrets are. Other settings only name them; AWS credentials come by boto3's own chain."""

    store: Literal["environment", "files", "secretsmanager", "ssm"] = setting(
        "LEDGERBOARD_SECRETS", default="environment", doc="Where secrets are that other settings name."
    )
    own_stage: str = setting("LEDGERBOARD_STAGE", default="dev", doc="Part of every queue's and key's name.")
    stage: str = setting(
        "LEDGERBOARD_SECRETS_STAGE",
        default="",
        doc="What {stage} in a secret's name stands for; empty for LEDGERBOARD_STAGE.",
    )
    directory: str = setting(
        "LEDGERBOARD_SECRETS_DIRECTORY", default="/run/secrets", doc="Of files: the directory that holds them."
    )
    region: str = setting("LEDGERBOARD_AWS_REGION", default="us-east-1", doc="The AWS region of the queues.")
    endpoint_url: str = setting(
        "LEDGERBOARD_SECRETS_ENDPOINT_URL", default="", doc="Of secretsmanager and ssm: the server; empty for AWS."
    )
    cache_seconds: Annotated[float, Meta(ge=1, le=300)] = setting(
        "LEDGERBOARD_SECRETS_CACHE_SECONDS", default=300.0, doc="How long a secret is used before it is fetched again."
    )


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """What a service tells about itself."""

    log_level: str = setting("LEDGERBOARD_LOG_LEVEL", default="INFO", doc="DEBUG, INFO, WARNING or ERROR.")


@dataclass(frozen=True, slots=True)
class OpsSettings:
    """Where a service answers its operator: health, readiness, metrics."""

    host: str = setting("LEDGERBOARD_OPS_HOST", default="127.0.0.1", doc="Address of /healthz, /readyz, /metrics.")
    port: Port = setting("LEDGERBOARD_OPS_PORT", default=9464, doc="Port of the same; 0 takes a free one.")


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """How a worker consumes its queue."""

    lanes: Count = setting("LEDGERBOARD_STREAM_LANES", default=2, doc="Batches of up to 10 messages worked on at once.")
    wait_seconds: Annotated[int, Meta(ge=0, le=20)] = setting(
        "LEDGERBOARD_STREAM_WAIT_SECONDS", default=10, doc="How long one long poll waits for a message."
    )
    grace_seconds: Seconds = setting(
        "LEDGERBOARD_STREAM_GRACE_SECONDS", default=25.0, doc="How long a stop may take; keep it above the long poll."
    )
    retry_base_seconds: Seconds = setting(
        "LEDGERBOARD_STREAM_RETRY_BASE_SECONDS", default=2.0, doc="Delay before a failed message's first retry."
    )
    retry_max_seconds: Annotated[float, Meta(ge=0, le=43200)] = setting(
        "LEDGERBOARD_STREAM_RETRY_MAX_SECONDS", default=300.0, doc="Bound of the doubling retry delay."
    )
    outage_max_seconds: Seconds = setting(
        "LEDGERBOARD_STREAM_OUTAGE_MAX_SECONDS", default=10.0, doc="Longest pause between tries during an outage."
    )

    def __post_init__(self) -> None:
        if self.grace_seconds <= self.wait_seconds:
            raise ValueError(
                "LEDGERBOARD_STREAM_GRACE_SECONDS must exceed LEDGERBOARD_STREAM_WAIT_SECONDS: a stop waits for polls"
            )


def _refuse_two_passwords(url_name: str, url: str, secret_name: str, secret: str) -> None:
    """Say so where nobody could tell which one counts. The URL itself is not told."""
    if secret and "@" in url and ":" in urlsplit(url).netloc.rpartition("@")[0]:
        raise ValueError(f"{url_name} holds a password, and {secret_name} names another: take one away")
