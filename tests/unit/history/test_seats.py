"""A play that ended frees its seat, however often and however late that is told."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from ledgerboard_contracts import FactEnvelope, SessionRules
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.seats import LedgerThenSeats
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import AppendResult, UnstorableError
from ledgerboard_testkit.events import NOON, envelope, fact
from ledgerboard_testkit.memory import MemorySessions

SECOND = timedelta(seconds=1)


class _Appends:
    """A ledger that takes everything, or refuses it with ``error``."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def append(self, envelopes: object, rejections: object, *, correlation_ids: object) -> AppendResult:
        del envelopes, rejections, correlation_ids
        if self.error is not None:
            raise self.error
        return AppendResult(recorded=0, rejected=0, repeated=0)

    def correct(self, corrections: object) -> Any:
        raise NotImplementedError


@pytest.fixture
def sessions() -> MemorySessions:
    return seated()


def seated() -> MemorySessions:
    """Zoë has a seat since noon."""
    sessions = MemorySessions()
    sessions.open("race", "cup", SessionRules())
    sessions.allocate("race", "cup", "zoë", NOON)
    return sessions


def played(lives: object, *, after: int = 1, session: str | None = "cup", player: str = "zoë") -> FactEnvelope:
    attributes = {"lives": lives}
    return envelope(
        fact(player, attributes=attributes, session=session, occurred_at=NOON + after * SECOND), board="race"
    )


def append(sessions: MemorySessions, *envelopes: FactEnvelope, error: Exception | None = None) -> float | None:
    registry = CollectorRegistry()
    ledger = LedgerThenSeats(_Appends(error), sessions, HistoryMetrics(registry))
    ledger.append(envelopes, [], correlation_ids=[])
    return registry.get_sample_value("history_seats_freed_total")


def in_seats(sessions: MemorySessions) -> list[str]:
    return [seat.player for seat in sessions.seats("race", "cup", None, 9)]


def test_no_lives_left_frees_the_seat_and_is_counted(sessions: MemorySessions) -> None:
    assert append(sessions, played(0)) == 1
    assert in_seats(sessions) == []
    assert append(sessions, played(0)) == 0


@pytest.mark.parametrize("lives", [1, -1, None, False, "0", 0.0])
def test_anything_else_keeps_it(sessions: MemorySessions, lives: object) -> None:
    append(sessions, played(lives))
    assert in_seats(sessions) == ["zoë"]


@pytest.mark.parametrize("elsewhere", [{"session": "other"}, {"session": None}, {"player": "ann"}, {"after": -1}])
def test_an_end_elsewhere_or_of_an_earlier_play_keeps_it(sessions: MemorySessions, elsewhere: Any) -> None:
    append(sessions, played(0, **elsewhere))
    assert in_seats(sessions) == ["zoë"]


@pytest.mark.parametrize("error", [UnavailableError("down"), UnstorableError("no")])
def test_nothing_is_freed_before_it_is_on_record(sessions: MemorySessions, error: Exception) -> None:
    with pytest.raises(type(error)):
        append(sessions, played(0), error=error)
    assert in_seats(sessions) == ["zoë"]


def test_a_seat_that_cannot_be_freed_now_leaves_its_message_to_come_again(sessions: MemorySessions) -> None:
    sessions.available = False
    with pytest.raises(UnavailableError):
        append(sessions, played(0))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_a_seat_that_was_taken_anew_outlives_every_repetition_of_what_freed_the_former(repeats: list[int]) -> None:
    sessions, endings = seated(), [played(0, after=after) for after in range(4)]
    append(sessions, endings[3])
    sessions.allocate("race", "cup", "zoë", NOON)  # By a gateway whose clock is behind.
    for number in repeats:
        append(sessions, endings[number])
    assert in_seats(sessions) == ["zoë"]
