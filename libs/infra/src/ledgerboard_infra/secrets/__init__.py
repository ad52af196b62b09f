"""Secrets by name: fetched when they are needed, kept for minutes, rotated without a restart."""

from ledgerboard_infra.secrets.credentials import Credential, Credentials, credentials
from ledgerboard_infra.secrets.keeping import Secrets, SecretStore
from ledgerboard_infra.secrets.keys import NamedKey, SharedKey, StaticKey
from ledgerboard_infra.secrets.making import make_credentials, make_secrets
from ledgerboard_infra.secrets.secret import MissingSecretError, Secret

__all__ = [
    "Credential",
    "Credentials",
    "MissingSecretError",
    "NamedKey",
    "Secret",
    "SecretStore",
    "Secrets",
    "SharedKey",
    "StaticKey",
    "credentials",
    "make_credentials",
    "make_secrets",
]
