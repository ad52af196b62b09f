"""Metrics live on the registry they were given, and nowhere else."""

from prometheus_client import REGISTRY, CollectorRegistry

from ledgerboard_infra.metrics import StreamMetrics, exposition


def test_two_registries_do_not_share_a_count() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    StreamMetrics(first, "a").messages.labels("a", "q", "done").inc()
    StreamMetrics(second, "a")
    assert b'outcome="done"' in exposition(first)[0]
    assert b'outcome="done"' not in exposition(second)[0]


def test_nothing_is_put_on_the_global_registry() -> None:
    StreamMetrics(CollectorRegistry(), "a")
    assert not [metric.name for metric in REGISTRY.collect() if metric.name.startswith("stream")]


def test_every_stream_metric_has_a_meaning_and_tells_service_and_queue() -> None:
    registry = CollectorRegistry()
    metrics = StreamMetrics(registry, "ranker")
    metrics.receive_errors.labels("ranker", "rank").inc()
    text = exposition(registry)[0].decode()
    for metric in registry.collect():
        assert metric.documentation.endswith(".")
    assert 'stream_receive_errors_total{queue="rank",service="ranker"} 1.0' in text
