"""Corrections pass ingest unchanged, on their way from the gateway to the ledger."""

from typing import Protocol

import pytest

from ledgerboard_contracts import Correction, CorrectionKind, CorrectionsMessage, wire
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Message
from ledgerboard_ingest.worker import SubmissionsHandler
from ledgerboard_testkit.events import NOON, event_id
from ledgerboard_testkit.memory import MemorySender
from ledgerboard_testkit.submissions import received, submission, submission_envelope

BAN = Correction(
    correction_id=event_id(), kind=CorrectionKind.BAN, occurred_at=NOON, reason="a bot", author="ops", player="eve"
)
BANS = wire.encode(CorrectionsMessage(corrections=(BAN,), correlation_id="req-1"))


class Bench(Protocol):
    """What the fixture gives, as far as this module uses it."""

    rank: MemorySender
    history: MemorySender
    handler: SubmissionsHandler

    def counted(self, name: str, **labels: str) -> float: ...


def message(body: str) -> Message:
    return received(body)


def test_corrections_go_to_history_alone_as_they_came(bench: Bench) -> None:
    later = BANS.replace('"reason":', '"added_later":[1],"reason":')
    assert bench.handler.handle([message(BANS), message(later)]) == [Done()] * 2
    assert bench.history.bodies == [BANS, later]
    assert [each.attributes for each in bench.history.sent] == [{"correlation_id": "req-1"}] * 2
    assert not bench.rank.sent
    assert bench.counted("ingest_corrections_total") == 2


def test_corrections_and_submissions_of_one_batch_do_not_mix(bench: Bench) -> None:
    played = received(submission_envelope(submission(1)))
    assert bench.handler.handle([message(BANS), played, message(BANS)]) == [Done()] * 3
    assert bench.history.bodies == [*bench.rank.bodies, BANS, BANS]
    assert bench.counted("ingest_submissions_total", outcome="accepted") == 1


def test_a_correction_that_is_not_whole_is_dead_and_reaches_nobody(bench: Bench) -> None:
    (verdict,) = bench.handler.handle([message(BANS.replace('"player":"eve"', '"player":null'))])
    assert verdict == Dead("a correction of kind ban needs player")
    assert not bench.history.sent


def test_corrections_that_history_did_not_get_are_not_done(bench: Bench) -> None:
    bench.history.available = False
    with pytest.raises(UnavailableError):
        bench.handler.handle([message(BANS)])
    assert bench.counted("ingest_corrections_total") == 0
