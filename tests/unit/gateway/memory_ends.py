"""Where a gateway's work ends: the queue it sends to, and the probe that tells how it is."""

from ledgerboard_contracts import SubmissionEnvelope, wire
from ledgerboard_infra.health import Readiness
from ledgerboard_testkit.memory import MemorySender


class MemoryQueue(MemorySender):
    """The queue of submissions."""

    @property
    def envelopes(self) -> list[SubmissionEnvelope]:
        read = [wire.SUBMISSIONS.decode(message.body) for message in self.sent]
        return [message for message in read if isinstance(message, SubmissionEnvelope)]


class MemoryProbe:
    """Finds what a test says."""

    names = ("serving", "queue", "redis", "postgres")

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}

    def readiness(self) -> Readiness:
        return Readiness(not self.failures, self.failures)
