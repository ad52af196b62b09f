"""The stream runtime: batches of messages from a queue to a handler, none lost, each settled by its own verdict."""

from ledgerboard_infra.stream.messages import (
    BatchHandler,
    Dead,
    Done,
    Later,
    Message,
    Retry,
    Verdict,
)
from ledgerboard_infra.stream.runtime import StreamRuntime

__all__ = [
    "BatchHandler",
    "Dead",
    "Done",
    "Later",
    "Message",
    "Retry",
    "StreamRuntime",
    "Verdict",
]
