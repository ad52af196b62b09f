"""A stream runtime that runs beside a test, and a handler that does what the test says."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from prometheus_client import CollectorRegistry

from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.metrics import StreamMetrics
from ledgerboard_infra.settings import StreamSettings
from ledgerboard_infra.stream import BatchHandler, Done, Message, StreamRuntime, Verdict
from ledgerboard_testkit.queues import RealQueue

QUICK: Final = StreamSettings(lanes=2, wait_seconds=1, grace_seconds=8, retry_base_seconds=0, outage_max_seconds=0.3)
"""Settings that make a test short."""

_STOP_TIMEOUT_SECONDS: Final = 20


def all_done(batch: Sequence[Message]) -> list[Verdict]:
    """The answer of a handler that always succeeds."""
    return [Done() for _ in batch]


@dataclass
class ScriptedHandler:
    """Keeps every batch it was given and answers as ``answer`` says. For one lane, or where order does not matter."""

    answer: Callable[[Sequence[Message]], Sequence[Verdict]] = all_done
    batches: list[list[Message]] = field(default_factory=list)

    def handle(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        """Record, then answer."""
        self.batches.append(list(batch))
        return self.answer(batch)

    @property
    def bodies(self) -> list[str]:
        """Every body it was given, repeats included."""
        return [message.body for batch in self.batches for message in batch]


class Running:
    """A runtime in a thread of its own. ``drained`` is what its ``run`` returned, None while it runs."""

    def __init__(self, runtime: StreamRuntime, registry: CollectorRegistry) -> None:
        self.drained: bool | None = None
        self._runtime = runtime
        self._registry = registry
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and return when the runtime has."""
        self._runtime.stop()
        self._thread.join(_STOP_TIMEOUT_SECONDS)
        assert not self._thread.is_alive(), "the runtime did not stop"

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of that name with those labels."""
        return sum(
            sample.value
            for metric in self._registry.collect()
            for sample in metric.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def _run(self) -> None:
        self.drained = self._runtime.run()


@contextmanager
def consuming(queue: RealQueue, handler: BatchHandler, settings: StreamSettings = QUICK) -> Iterator[Running]:
    """Consume ``queue`` inside the block."""
    registry = CollectorRegistry()
    runtime = StreamRuntime(
        queue.client,
        queue.url,
        queue.dead_letter_url,
        handler,
        settings,
        StreamMetrics(registry, "test"),
        SystemClock(),
    )
    running = Running(runtime, registry)
    try:
        yield running
    finally:
        running.stop()


def with_lanes(lanes: int) -> StreamSettings:
    """`QUICK` with that many lanes."""
    return replace(QUICK, lanes=lanes)
