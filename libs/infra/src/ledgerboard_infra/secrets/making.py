"""Make the secrets of a process from its settings."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from ledgerboard_infra.clock import Clock, SystemClock
from ledgerboard_infra.secrets.aws import ParameterStore, SecretsManagerStore, aws_client
from ledgerboard_infra.secrets.credentials import Credentials, credentials
from ledgerboard_infra.secrets.keeping import Secrets, SecretStore
from ledgerboard_infra.secrets.local import EnvironmentStore, FileStore
from ledgerboard_infra.settings.environment import process_environment

if TYPE_CHECKING:
    from ledgerboard_infra.settings import SecretsSettings


def make_secrets(settings: "SecretsSettings", clock: Clock) -> Secrets:
    """Secrets of the store that the settings name. Fetches nothing yet."""
    kept = timedelta(seconds=settings.cache_seconds)
    return Secrets(_store(settings), clock, stage=settings.stage or settings.own_stage, kept=kept)


def make_credentials(settings: "SecretsSettings", name: str) -> Credentials | None:
    """The credentials of that name for one user, which fetches them for itself; None for an empty name."""
    return credentials(make_secrets(settings, SystemClock()), name)


def _store(settings: "SecretsSettings") -> SecretStore:
    match settings.store:
        case "environment":
            return EnvironmentStore(process_environment())
        case "files":
            return FileStore(Path(settings.directory))
        case "secretsmanager":
            return SecretsManagerStore(aws_client("secretsmanager", settings.region, settings.endpoint_url))
        case "ssm":
            return ParameterStore(aws_client("ssm", settings.region, settings.endpoint_url))
        case _:
            assert_never(settings.store)
