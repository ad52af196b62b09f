"""The queues of the system, by name.

Every queue has a dead-letter queue named after it. The stage stands in every name, so that two stages share one account
without seeing each other.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSpec:
    """A standard queue and how it treats its messages. All times are in seconds."""

    name: str
    consumer: str
    visibility_timeout_seconds: int
    max_receives: int = 5
    retention_seconds: int = 4 * 24 * 3600
    dead_letter_retention_seconds: int = 14 * 24 * 3600

    def full_name(self, stage: str) -> str:
        """The queue's name in SQS, for instance ``ledgerboard-prod-rank``."""
        return f"ledgerboard-{stage}-{self.name}"

    def dead_letter_name(self, stage: str) -> str:
        """The name of its dead-letter queue in SQS, for instance ``ledgerboard-prod-rank-dlq``."""
        return f"{self.full_name(stage)}-dlq"


SUBMISSIONS: Final = QueueSpec(name="submissions", consumer="ingest", visibility_timeout_seconds=30)
RANK: Final = QueueSpec(name="rank", consumer="ranker", visibility_timeout_seconds=30)
HISTORY: Final = QueueSpec(name="history", consumer="history", visibility_timeout_seconds=30)
HISTORY_JOBS: Final = QueueSpec(name="history-jobs", consumer="history", visibility_timeout_seconds=900)

ALL_QUEUES: Final = (SUBMISSIONS, RANK, HISTORY, HISTORY_JOBS)
