"""A queue in memory, as those who send see it."""

import re
from collections.abc import Sequence
from typing import Final

from ledgerboard_infra.errors import RefusedError
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_testkit.memory.dependency import Dependency

_MAX_BYTES: Final = 1024 * 1024
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class MemorySender(Dependency):
    """A queue that keeps what was sent, in ``sent``. It refuses what SQS refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[OutgoingMessage] = []

    def send(self, messages: Sequence[OutgoingMessage]) -> None:
        """Keep all. Raises `UnavailableError` while unavailable, `RefusedError` for what SQS never takes."""
        for message in messages:
            self.send_one(message)

    def send_one(self, message: OutgoingMessage) -> None:
        """Keep one. Raises like `send`."""
        self.answer()
        if not message.body or message.size_bytes > _MAX_BYTES or _FORBIDDEN.search(message.body):
            raise RefusedError("the queue never takes this message")
        self.sent.append(message)

    @property
    def bodies(self) -> list[str]:
        """The bodies sent, in their order."""
        return [message.body for message in self.sent]
