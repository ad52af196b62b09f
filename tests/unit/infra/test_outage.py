"""An outage is told twice: when it begins and when it ends."""

import time

import structlog

from ledgerboard_infra.stream.outage import Outage


def test_any_number_of_failures_is_one_outage() -> None:
    outage = Outage("receiving", "q")
    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            outage.failed(OSError("down"), tried_at=time.monotonic())
        outage.succeeded(tried_at=time.monotonic())
        outage.succeeded(tried_at=time.monotonic())
    assert [line["event"] for line in lines] == ["outage began", "outage ended"]


def test_a_try_that_began_before_the_outage_ended_does_not_begin_another() -> None:
    outage = Outage("receiving", "q")
    before = time.monotonic()
    with structlog.testing.capture_logs() as lines:
        outage.failed(OSError("down"), tried_at=before)
        outage.succeeded(tried_at=time.monotonic())
        outage.failed(OSError("down"), tried_at=before)
    assert [line["event"] for line in lines] == ["outage began", "outage ended"]


def test_an_answer_to_a_try_from_before_the_outage_does_not_end_it() -> None:
    outage = Outage("receiving", "q")
    before = time.monotonic()
    with structlog.testing.capture_logs() as lines:
        outage.failed(OSError("down"), tried_at=before)
        outage.succeeded(tried_at=before)
    assert [line["event"] for line in lines] == ["outage began"]
