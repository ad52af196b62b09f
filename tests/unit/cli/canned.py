"""A gateway that answers what a test says."""

from typing import Any

import msgspec

from ledgerboard_cli.audit import AuditOverHttp
from ledgerboard_cli.commands import Gateway
from ledgerboard_cli.gateway import HttpGateway
from ledgerboard_cli.operations import Operations
from ledgerboard_cli.reviews import ReviewsOverHttp
from ledgerboard_cli.server_keys import KeysOverHttp
from ledgerboard_cli.transport import Transport


class CannedTransport(Transport):
    """Answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: Any, status: int = 200) -> None:
        super().__init__("http://gateway", "key", 1)
        self._answers = iter(answers)
        self._status = status
        self.asked: list[tuple[str, str, Any]] = []

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        self.asked.append((method, path, body))
        return self._status, msgspec.json.encode(next(self._answers))


def gateway_over(transport: Transport) -> Gateway:
    """All clients over one transport."""
    return Gateway(
        HttpGateway(transport),
        Operations(transport),
        KeysOverHttp(transport),
        ReviewsOverHttp(transport),
        AuditOverHttp(transport),
    )
