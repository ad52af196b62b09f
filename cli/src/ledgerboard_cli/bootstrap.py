"""Wiring: settings in, the gateway's clients out."""

from ledgerboard_cli.audit import AuditOverHttp
from ledgerboard_cli.commands import Gateway
from ledgerboard_cli.gateway import HttpGateway
from ledgerboard_cli.operations import Operations
from ledgerboard_cli.reviews import ReviewsOverHttp
from ledgerboard_cli.server_keys import KeysOverHttp
from ledgerboard_cli.settings import Settings
from ledgerboard_cli.transport import Transport


def make_gateway(settings: Settings) -> Gateway:
    """The gateway that the settings name. Connects to nothing yet."""
    transport = Transport(settings.url, settings.key(), settings.timeout_seconds)
    return Gateway(
        boards=HttpGateway(transport),
        operations=Operations(transport),
        keys=KeysOverHttp(transport),
        reviews=ReviewsOverHttp(transport),
        audit=AuditOverHttp(transport),
    )
