"""Put together what lets requests in. Bootstrap brings the keys and the tokens."""

from datetime import timedelta

from ledgerboard_gateway.access_settings import AccessSettings, Reads
from ledgerboard_gateway.authentication import Authentication, Keys, Tokens
from ledgerboard_gateway.http.auth import Guard
from ledgerboard_infra.clock import Clock


def guard(settings: AccessSettings, keys: Keys, tokens: Tokens, clock: Clock) -> Guard:
    """The guard of every operation. Opens nothing."""
    authentication = Authentication(
        settings.root_key,
        keys,
        tokens,
        settings.roles_of,
        clock,
        remember_for=timedelta(seconds=settings.remember_seconds),
    )
    return Guard(authentication, reads_closed=settings.reads is Reads.CLOSED)
