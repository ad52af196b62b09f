"""What an operator sees of comparisons: the last result of every board, read from the ledger when it is asked for.

Jobs run in processes of their own, which share no registry with the one that answers; the ledger is what they share.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import ProofTotals


class Proofs(Protocol):
    """The record of comparisons, as `ledgerboard_ledger.PostgresProofs` has it."""

    def totals(self) -> ProofTotals:
        """All of them together."""
        ...


class ProofMetrics(Collector):
    """What the last comparisons came to. Tells nothing while PostgreSQL is down."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs = proofs

    def describe(self) -> Iterator[Metric]:
        """The metrics without figures: registering asks nobody."""
        yield from _metrics(None)

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        try:
            yield from _metrics(self._proofs.totals())
        except UnavailableError:
            return


def _metrics(totals: ProofTotals | None) -> Iterator[Metric]:
    for name, meaning, value_of in _METRICS:
        metric = GaugeMetricFamily(name, meaning, labels=[])
        value = None if totals is None else value_of(totals)
        if value is not None:
            metric.add_metric([], value)
        yield metric


def _newest(totals: ProofTotals) -> float | None:
    return None if totals.newest is None else totals.newest.timestamp()


_METRICS: Final[Sequence[tuple[str, str, Callable[[ProofTotals], float | None]]]] = (
    ("history_reconciled_boards", "Boards that were compared with the ledger.", lambda totals: totals.boards),
    ("history_differing_boards", "Boards that differed when last compared.", lambda totals: totals.differing),
    ("history_reconcile_differences", "Entries that differed when last compared.", lambda totals: totals.differences),
    (
        "history_reconcile_unsettled",
        "Entries that kept changing, or had messages under way: not judged.",
        lambda totals: totals.unsettled,
    ),
    ("history_reconciled_timestamp_seconds", "When a board was last compared, Unix time.", _newest),
)
