"""Everything that history reads from the environment. No other module of the service does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from msgspec import Meta

from ledgerboard_infra.settings import (
    AwsSettings,
    Count,
    OpsSettings,
    PostgresSettings,
    Seconds,
    SecretsSettings,
    StreamSettings,
    TelemetrySettings,
    setting,
)


@dataclass(frozen=True, kw_only=True)
class LedgerSettings:
    """What every command of the ledger takes."""

    postgres: PostgresSettings
    secrets: SecretsSettings = field(default_factory=SecretsSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)


@dataclass(frozen=True, kw_only=True)
class MigrateSettings(LedgerSettings):
    """What migrating takes: a role that may make tables."""

    service_role: str = setting(
        "LEDGERBOARD_DATABASE_SERVICE_ROLE",
        default="",
        doc="The role of the services, which gets its rights to what migrating made; empty: they are the owner.",
    )


@dataclass(frozen=True, kw_only=True)
class RolesSettings(LedgerSettings):
    """What making the roles takes: LEDGERBOARD_DATABASE_URL is of a superuser, or of who may make roles."""

    owner: str = setting(
        "LEDGERBOARD_DATABASE_OWNER_ROLE", default="ledgerboard_owner", doc="The role that is to own the ledger."
    )
    owner_secret: str = setting(
        "LEDGERBOARD_DATABASE_OWNER_SECRET", doc="Name of the secret with the password that the owner is to have."
    )
    service: str = setting(
        "LEDGERBOARD_DATABASE_SERVICE_ROLE", default="ledgerboard_service", doc="The role of the services."
    )
    service_secret: str = setting(
        "LEDGERBOARD_DATABASE_SERVICE_SECRET", doc="Name of the secret with the password that this is to have."
    )


@dataclass(frozen=True, kw_only=True)
class ClosingSettings:
    """When periods close, and what is kept of them."""

    settling_seconds: Seconds = setting(
        "LEDGERBOARD_CLOSING_SETTLING_SECONDS",
        default=900.0,
        doc="How long after its end a period stays open.",
    )
    depth: Count = setting(
        "LEDGERBOARD_CLOSING_DEPTH", default=100, doc="Final places kept of a day, week or month; of a season, all are."
    )


@dataclass(frozen=True, kw_only=True)
class HookSettings:
    """How hooks are told."""

    timeout_seconds: Annotated[float, Meta(gt=0, le=30)] = setting(
        "LEDGERBOARD_HOOK_TIMEOUT_SECONDS", default=10.0, doc="How long a hook may take to answer."
    )
    allow_http: bool = setting(
        "LEDGERBOARD_HOOK_ALLOW_HTTP", default=False, doc="Whether a hook's URL may be plain http. For tests."
    )
    allow_private: bool = setting(
        "LEDGERBOARD_HOOK_ALLOW_PRIVATE",
        default=False,
        doc="Whether hooks may be in private networks or on this machine. Else no request goes there, whatever a name "
        "stands for.",
    )
    secrets_prefix: str = setting(
        "LEDGERBOARD_HOOK_SECRETS_PREFIX",
        default="",
        doc="How the names of hooks' secrets begin in the store of LEDGERBOARD_SECRETS, such as "
        "ledgerboard/{stage}/hooks/; while one rotates, hooks are signed by both values.",
    )
    secrets_directory: str = setting(
        "LEDGERBOARD_HOOK_SECRETS_DIRECTORY",
        default="",
        doc="Without that: directory with a file for each hook's secret; else LEDGERBOARD_HOOK_SECRET_<NAME>.",
    )


@dataclass(frozen=True, kw_only=True)
class ProofSettings:
    """How boards are compared with the ledger, and how many ranks of a day are kept."""

    redis_url: str = setting(
        "LEDGERBOARD_REDIS_URL", default="", doc="URL of the boards; without it none are compared.", secret=True
    )
    redis_secret: str = setting(
        "LEDGERBOARD_REDIS_SECRET", default="", doc="Name of the secret with its password; the URL then holds none."
    )
    redis_cluster: bool = setting("LEDGERBOARD_REDIS_CLUSTER", default=False, doc="Whether that is a cluster's node.")
    sample_boards: Count = setting("LEDGERBOARD_RECONCILE_BOARDS", default=3, doc="Boards compared every hour.")
    settle_seconds: Seconds = setting(
        "LEDGERBOARD_RECONCILE_SETTLE_SECONDS",
        default=60.0,
        doc="How long a difference must stand; keep it above the queues' visibility timeout.",
    )
    ranks_kept: Count = setting(
        "LEDGERBOARD_RANKS_KEPT", default=10_000, doc="First places of each board that are kept every day."
    )


HOOK_SECRET: Final = "LEDGERBOARD_HOOK_SECRET_"  # noqa: S105 -- the beginning of a variable's name.


def hook_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The secrets of hooks in the environment, by name in lower case, with ``-`` for ``_``."""
    return {
        name.removeprefix(HOOK_SECRET).lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith(HOOK_SECRET)
    }


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """What is stored outside of the ledger. Nothing is without a bucket."""

    bucket: str = setting("LEDGERBOARD_EXPORT_BUCKET", default="", doc="S3 bucket of the daily export; empty for none.")
    prefix: str = setting("LEDGERBOARD_EXPORT_PREFIX", default="", doc="What the objects' names begin with.")
    s3_endpoint_url: str = setting(
        "LEDGERBOARD_S3_ENDPOINT_URL", default="", doc="The S3 server's URL; empty for AWS itself."
    )
    keep_months: Annotated[int, Meta(ge=0)] = setting(
        "LEDGERBOARD_RETENTION_MONTHS",
        default=0,
        doc="Whole months kept in the ledger; older ones go to the bucket and count no more. 0 keeps all.",
    )

    def __post_init__(self) -> None:
        if self.keep_months and not self.bucket:
            raise ValueError("LEDGERBOARD_RETENTION_MONTHS needs LEDGERBOARD_EXPORT_BUCKET, where old months go")
        if self.keep_months == 1:
            raise ValueError("LEDGERBOARD_RETENTION_MONTHS is 0 or at least 2: a dead letter may be a month late")


@dataclass(frozen=True, kw_only=True)
class ExchangeSettings(LedgerSettings):
    """What exporting and importing take."""


@dataclass(frozen=True, kw_only=True)
class JobsSettings(LedgerSettings):
    """What the jobs and their schedule take. Their results go to the writer's database."""

    stage: str = setting("LEDGERBOARD_STAGE", default="dev", doc="Part of every queue's name.")
    aws: AwsSettings = field(default_factory=AwsSettings)
    ops: OpsSettings = field(default_factory=OpsSettings)
    closing: ClosingSettings = field(default_factory=ClosingSettings)
    hooks: HookSettings = field(default_factory=HookSettings)
    exchange: StoreSettings = field(default_factory=StoreSettings)
    proof: ProofSettings = field(default_factory=ProofSettings)
    audit_days: Count = setting(
        "LEDGERBOARD_AUDIT_DAYS", default=400, doc="How long the audit is kept: who changed what, when and from where."
    )


@dataclass(frozen=True, kw_only=True)
class Settings(JobsSettings):
    """What recording takes. Each lane needs a connection of its own."""

    stream: StreamSettings = field(default_factory=StreamSettings)
