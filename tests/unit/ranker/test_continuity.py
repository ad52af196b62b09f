"""When a primary is taken to have everything, and how much is in doubt where it is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerboard_boards import Beat, Identity, Look
from ledgerboard_infra.valkey import Memory
from ledgerboard_ledger import Doubt, KnownBeat, TakenBeat
from ledgerboard_ranker.rebuilder.continuity import doubt_of

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
NOW = NOON + timedelta(seconds=1)
WINDOW = timedelta(seconds=90)
SAME = Identity("process", "history")
KNOWN = KnownBeat(TakenBeat("b", NOON, SAME.run_id, SAME.replication_id, evicted_keys=7), None)
NOTHING = KnownBeat(None, None)
UNDISTURBED = Look(
    key="beats/0", primary="", identity=SAME, was_replica=False, up_for=timedelta(hours=1), evicted_keys=7,
    memory=Memory(used=1, most=0, policy="noeviction"), beat=Beat("b", "a", NOON), value=b"",
)  # fmt: skip
OLDER = Beat("a", None, NOON - timedelta(hours=1))
LATER = Beat("d", "c", NOON + timedelta(hours=1))


def doubt(known: KnownBeat = KNOWN, **seen: Any) -> Doubt | None:
    return doubt_of(known, replace(UNDISTURBED, **seen), NOW, WINDOW)


def test_the_last_beat_and_the_one_after_it_leave_nothing_in_doubt() -> None:
    assert doubt() is None
    assert doubt(beat=Beat("c", "b", NOW)) is None
    assert doubt(was_replica=True) is None  # It was promoted before it took its first beat.


@pytest.mark.parametrize(
    ("seen", "since"),
    [
        pytest.param({"beat": OLDER}, OLDER.beaten_at - WINDOW, id="it went back to an older beat"),
        pytest.param({"beat": LATER}, NOON - WINDOW, id="its beat is of a history that the record does not know"),
        pytest.param({"identity": Identity("another", "history")}, NOON - WINDOW, id="another process, the last beat"),
        pytest.param(
            {"identity": Identity("another", "history"), "beat": Beat("c", "b", NOW)}, NOON - WINDOW,
            id="another process, the beat after the last",
        ),
        pytest.param({"identity": Identity("process", "another")}, NOON - WINDOW, id="another history"),
        pytest.param({"beat": None}, None, id="it was emptied"),
        pytest.param({"evicted_keys": 8}, None, id="it evicted a key"),
        pytest.param({"evicted_keys": 3}, None, id="its figures were reset, and then it evicted"),
        pytest.param({"identity": Identity("another", "x"), "evicted_keys": 1}, None, id="restarted, and evicting"),
    ],
)  # fmt: skip
def test_what_went_back_is_in_doubt_since_shortly_before_what_it_went_back_to(
    seen: dict[str, Any], since: datetime | None
) -> None:
    found = doubt(**{"evicted_keys": 7 if "identity" not in seen else 0, **seen})
    assert found is not None
    assert found.since == since


def test_figures_that_were_reset_are_no_eviction() -> None:
    assert doubt(evicted_keys=0) is None


def test_of_a_primary_that_nobody_looked_at_what_was_written_lately_is_in_doubt() -> None:
    assert doubt(NOTHING, beat=None, evicted_keys=0) == Doubt(NOW - WINDOW, is_elsewhere=False)
    assert doubt(NOTHING, beat=OLDER, evicted_keys=0) == Doubt(OLDER.beaten_at - WINDOW, is_elsewhere=False)
    assert doubt(NOTHING, beat=LATER, evicted_keys=0) == Doubt(NOW - WINDOW, is_elsewhere=False)
    assert doubt(NOTHING, beat=None, evicted_keys=1) == Doubt(None, is_elsewhere=False)
    assert doubt(NOTHING, beat=None, evicted_keys=0, was_replica=True) == Doubt(NOW - WINDOW, is_elsewhere=True)


@pytest.mark.parametrize(
    ("seen", "is_elsewhere"),
    [
        pytest.param({"identity": Identity("another", "new"), "up_for": timedelta()}, False, id="restarted"),
        pytest.param(
            {"identity": Identity("another", "new"), "up_for": timedelta(), "was_replica": True}, True, id="promoted"
        ),
        pytest.param({"identity": Identity("another", "new")}, True, id="it ran beside the one of the last beat"),
        pytest.param({"identity": Identity("process", "new"), "up_for": timedelta()}, True, id="there and back"),
        pytest.param({"beat": None, "was_replica": True}, False, id="emptied, and once promoted"),
    ],
)
def test_another_server_may_still_be_written_to_unless_this_one_was_only_restarted(
    seen: dict[str, Any], *, is_elsewhere: bool
) -> None:
    found = doubt(**seen)
    assert found is not None
    assert found.is_elsewhere == is_elsewhere
