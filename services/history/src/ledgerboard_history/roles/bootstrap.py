"""Make the roles of the database as settings and secrets have them. Safe to repeat: so passwords are rotated, too."""

from ledgerboard_history.settings import RolesSettings
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.postgres import make_engine
from ledgerboard_infra.secrets import Credentials, make_credentials, make_secrets
from ledgerboard_ledger import RoleLogin, provision_roles


def provision(settings: RolesSettings) -> None:
    """Make both roles. Raises `UnavailableError`, and `MisconfiguredError` where a secret is missing."""
    engine = make_engine(
        settings.postgres.writer_url,
        application_name="ledgerboard-provision",
        pool_size=1,
        credentials=make_credentials(settings.secrets, settings.postgres.secret),
    )
    secrets = make_secrets(settings.secrets, SystemClock())

    def login(role: str, secret: str) -> RoleLogin:
        return RoleLogin(role, next(Credentials(secrets, secret).attempts()).password)

    try:
        provision_roles(
            engine, login(settings.owner, settings.owner_secret), login(settings.service, settings.service_secret)
        )
    finally:
        engine.dispose()
