"""Put together what lets requests in. Bootstrap brings the keys and the tokens."""

from datetime import timedelta

from ledgerboard_gateway.access_settings import AccessSettings, Reads
from ledgerboard_gateway.authentication import Authentication, Credentials
from ledgerboard_gateway.http.auth import Guard
from ledgerboard_gateway.http.limiting import Limiting
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.secrets import NamedKey, Secrets, SharedKey, StaticKey


def root_key(settings: AccessSettings, secrets: Secrets) -> SharedKey:
    """The root key: by name, or from the settings, or none. Raises where a name leads nowhere."""
    if not settings.root_secret:
        return StaticKey(settings.root_key)
    secrets.get(settings.root_secret)
    return NamedKey(secrets, settings.root_secret)


def guard(settings: AccessSettings, known: Credentials, limiting: Limiting, clock: Clock) -> Guard:
    """The guard of every operation. Opens nothing."""
    remember_for = timedelta(seconds=settings.remember_seconds)
    authentication = Authentication(known, settings.roles_of, clock, remember_for=remember_for)
    return Guard(authentication, limiting, reads_closed=settings.reads is Reads.CLOSED)
