"""Wiring: settings in, the gateway's client out."""

from ledgerboard_cli.gateway import HttpGateway
from ledgerboard_cli.settings import Settings


def make_gateway(settings: Settings) -> HttpGateway:
    """The gateway that the settings name. Connects to nothing yet."""
    return HttpGateway(settings.url, settings.key(), settings.timeout_seconds)
