"""What waits can be seen: messages in every queue, and periods that ended and are not closed."""

from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from ledgerboard_history.closing import Waiting
from ledgerboard_history.waiting_metrics import PERIODS_EVERY, PeriodMetrics, QueueMetrics
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs.depth import QueueCounts


class _Scene:
    """Two queues and a closer as a test says, and a clock that it moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.counts: dict[str, QueueCounts | None] = {"rank": QueueCounts(0, 0, 0), "rank-dlq": QueueCounts(0, 0, 0)}
        self.closable: Waiting | None = Waiting(0, None)
        self.registry = CollectorRegistry()
        self.registry.register(
            QueueMetrics({"rank": lambda: self._count("rank"), "rank-dlq": lambda: self._count("rank-dlq")}, self)
        )
        self.registry.register(PeriodMetrics(self, self))

    def now(self) -> datetime:
        return self.time

    def waiting(self) -> Waiting:
        if self.closable is None:
            raise UnavailableError("PostgreSQL")
        return self.closable

    def metric(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)

    def _count(self, name: str) -> QueueCounts:
        counts = self.counts[name]
        if counts is None:
            raise UnavailableError("SQS")
        return counts


def test_messages_are_told_by_queue_and_by_where_they_are() -> None:
    scene = _Scene()
    scene.counts["rank"] = QueueCounts(waiting=7, in_hand=3, delayed=1)
    states = ("waiting", "in_hand", "delayed")
    assert [scene.metric("history_queue_messages", queue="rank", state=state) for state in states] == [7, 3, 1]
    assert scene.metric("history_queue_messages", queue="rank-dlq", state="waiting") == 0


def test_how_long_a_queue_was_not_empty_grows_until_it_is() -> None:
    scene = _Scene()
    assert scene.metric("history_queue_busy_seconds", queue="rank") == 0
    for counts, seconds in (((0, 1, 0), 10), ((5, 0, 0), 20), ((0, 0, 0), 0), ((0, 0, 1), 10)):
        scene.time += timedelta(seconds=10)
        scene.counts["rank"] = QueueCounts(*counts)
        assert scene.metric("history_queue_busy_seconds", queue="rank") == seconds
    assert scene.metric("history_queue_busy_seconds", queue="rank-dlq") == 0


def test_a_queue_that_cannot_be_asked_is_left_out_and_the_others_are_not() -> None:
    scene = _Scene()
    scene.counts["rank"] = None
    assert scene.metric("history_queue_messages", queue="rank", state="waiting") is None
    assert scene.metric("history_queue_messages", queue="rank-dlq", state="waiting") == 0


def test_periods_that_wait_are_counted_once_a_minute() -> None:
    scene = _Scene()
    assert (scene.metric("history_periods_waiting"), scene.metric("history_periods_waiting_seconds")) == (0, 0)
    scene.closable = Waiting(3, scene.time - timedelta(seconds=90))
    assert scene.metric("history_periods_waiting") == 0
    scene.time += PERIODS_EVERY
    assert (scene.metric("history_periods_waiting"), scene.metric("history_periods_waiting_seconds")) == (3, 150)


def test_without_the_ledger_nothing_is_told_of_periods() -> None:
    scene = _Scene()
    scene.closable = None
    assert scene.metric("history_periods_waiting") is None
