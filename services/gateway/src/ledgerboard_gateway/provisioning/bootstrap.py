"""Turn settings into a user pool. The only module of this command that builds a client."""

from ledgerboard_gateway.identity_settings import ProvisionSettings
from ledgerboard_infra.cognito import Pool, cognito_client
from ledgerboard_infra.user_pools import provision


def provision_identity(settings: ProvisionSettings) -> Pool:
    """Make the pool, its client and a group for each role, where they are missing. Safe to repeat."""
    client = cognito_client(settings.aws, settings.cognito)
    return provision(client, settings.cognito, settings.access.roles_of)
