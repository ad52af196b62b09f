"""kombu's SQS transport, which lives through a queue server that is down or says 5xx.

kombu 5.7 answers a poll that failed so with an empty list, to be taken for no messages, and then reads that list as the
dict that a good poll gives: the error ends the whole worker, with the job in its hands.
"""

import time
from typing import Any

from kombu.transport import SQS

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream.outage import Outage


class _Channel(SQS.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outages: dict[str, Outage] = {}

    def _on_messages_ready(self, queue: str, qname: str, messages: Any) -> Any:
        """How many messages of a finished poll were handed on. After none, kombu waits its polling interval."""
        if qname not in self._outages:
            self._outages[qname] = Outage("jobs", qname)
        outage = self._outages[qname]
        if isinstance(messages, list):
            outage.failed(UnavailableError("a poll was cut off or answered with 5xx"), tried_at=time.monotonic())
            return 0
        outage.succeeded(tried_at=time.monotonic())
        return super()._on_messages_ready(queue, qname, messages)  # type: ignore[misc]  # The stubs leave it out.


class Transport(SQS.Transport):
    """The broker transport of every `JobApp`."""

    Channel = _Channel
