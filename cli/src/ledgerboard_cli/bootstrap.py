"""Wiring: settings in, the gateway's clients out."""

from ledgerboard_cli.gateway import HttpGateway
from ledgerboard_cli.operations import Operations
from ledgerboard_cli.settings import Settings
from ledgerboard_cli.transport import Transport


def make_gateway(settings: Settings) -> HttpGateway:
    """The boards of the gateway that the settings name. Connects to nothing yet."""
    return HttpGateway(make_transport(settings))


def make_operations(settings: Settings) -> Operations:
    """What operators ask of it. Connects to nothing yet."""
    return Operations(make_transport(settings))


def make_transport(settings: Settings) -> Transport:
    """The way there."""
    return Transport(settings.url, settings.key(), settings.timeout_seconds)
