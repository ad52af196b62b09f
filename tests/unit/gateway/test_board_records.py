"""What a board comes to is counted once for everybody who asks within ten seconds."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledgerboard_gateway.board_records import BoardRecords
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import BoardStatistics
from ledgerboard_testkit.events import fact, rejection
from ledgerboard_testkit.memory import NOON, FixedClock, MemoryLedger
from ledgerboard_testkit.polling import eventually
from tests.unit.gateway.gateways import MemoryGateway

SECOND = timedelta(seconds=1)


class SlowLedger(MemoryLedger):
    """Counts when it is let to, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def statistics(self, board: str) -> BoardStatistics:
        self.asked.append(board)
        assert self.go_on.wait(30)
        return super().statistics(board)


@pytest.fixture
def ledger() -> SlowLedger:
    return SlowLedger()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def records(ledger: SlowLedger, clock: FixedClock) -> BoardRecords:
    return BoardRecords(ledger, clock)


def test_a_record_tells_what_counts_and_when_it_was_counted(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    empty = gateway.get("/v1/boards/race/record").get_json()
    assert (empty["players"], empty["first_play_at"]) == (0, None)
    made = [fact("ada", 1), fact("ada", 2, at=NOON + SECOND), fact("bob", 3, at=NOON + 2 * SECOND)]
    for each in made:
        gateway.ledger.add("race", each)
    gateway.ledger.discount(made[-1].event_id)
    gateway.ledger.append([], [rejection()])
    gateway.clock.advance(9 * SECOND)
    assert gateway.get("/v1/boards/race/record").get_json() == empty
    gateway.clock.advance(SECOND)
    assert gateway.get("/v1/boards/race/record").get_json() == {
        "board": "race", "players": 1, "plays": 2, "first_play_at": "2026-11-21T12:00:00Z",
        "last_play_at": "2026-11-21T12:00:01Z", "rejections": 1, "as_of": "2026-11-21T12:00:10Z",
    }  # fmt: skip


def test_who_asks_at_the_same_time_shares_one_count(records: BoardRecords, ledger: SlowLedger) -> None:
    ledger.go_on.clear()
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(records.of, "race") for _ in range(3)]
        eventually(lambda: bool(ledger.asked), within_seconds=10, what="a count")
        ledger.go_on.set()
        assert len({id(each.result(10)) for each in asked}) == 1
    assert ledger.asked == ["race"]


def test_no_more_than_a_few_requests_wait_for_counts(records: BoardRecords, ledger: SlowLedger) -> None:
    ledger.go_on.clear()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(records.of, f"board-{number}") for number in range(4)]
        eventually(lambda: len(ledger.asked) == 4, within_seconds=10, what="all counts")
        with pytest.raises(UnavailableError):
            records.of("another")
        ledger.go_on.set()
        assert [each.result(10).statistics.plays for each in asked] == [0] * 4
    assert records.of("another").statistics.plays == 0


def test_a_board_that_could_not_be_counted_is_not_counted_again_at_once(
    records: BoardRecords, ledger: SlowLedger, clock: FixedClock
) -> None:
    ledger.available = False
    for _ in range(3):
        with pytest.raises(UnavailableError):
            records.of("race")
    ledger.available = True
    with pytest.raises(UnavailableError):
        records.of("race")
    assert records.of("chess").statistics.plays == 0
    clock.advance(10 * SECOND)
    assert records.of("race").statistics.plays == 0
    assert ledger.asked == ["race", "chess", "race"]
