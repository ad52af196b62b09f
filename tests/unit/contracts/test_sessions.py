"""A final verdict of one look is that of every later look, whenever the session closes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import Admission, GameType, InvalidSessionError, SeenSessions, SessionRules, admission
from ledgerboard_testkit.submissions import NOON

ticks = st.integers(-5, 5).map(lambda number: NOON + timedelta(microseconds=number))


@given(accepted=ticks, looks=st.lists(ticks, min_size=1), closes=st.lists(ticks), until=st.none() | ticks)
def test_what_one_look_settled_no_later_one_and_no_closing_in_between_unsettles(
    accepted: datetime, looks: list[datetime], closes: list[datetime], until: datetime | None
) -> None:
    """Time goes on; now and then somebody looks, or closes what is not closed yet. Looks of a moment come first."""
    happenings = sorted([(at, 0) for at in looks] + [(at, 1) for at in closes])
    closed_at, verdicts = until, set()
    for now, is_close in happenings:
        if is_close and (closed_at is None or closed_at > now):
            closed_at = now
        elif not is_close:
            verdicts.add(admission(closed_at, accepted, now))
    assert len(verdicts - {Admission.AHEAD}) <= 1


@given(accepted=ticks, closed=ticks, after=st.integers(0, 5))
def test_a_session_that_closed_takes_what_was_accepted_up_to_then_and_nothing_later(
    accepted: datetime, closed: datetime, after: int
) -> None:
    expected = Admission.ADMITTED if accepted <= closed else Admission.CLOSED
    assert admission(closed, accepted, closed + timedelta(microseconds=after)) is expected


def test_a_session_that_nobody_opened_is_no_verdict() -> None:
    assert SeenSessions().admission(("race", "cup"), NOON) is None


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"capacity": 0}, "capacity"),
        ({"capacity": 10_001}, "capacity"),
        ({"minutes": 5}, "minutes"),
        ({"game_type": GameType.SINGLE_TRIAL, "minutes": 5}, "minutes"),
        ({"game_type": GameType.TIME_CONSTRAINED}, "minutes"),
        ({"game_type": GameType.TIME_CONSTRAINED, "minutes": 0}, "minutes"),
        ({"game_type": GameType.TIME_CONSTRAINED, "minutes": 31}, "minutes"),
    ],
)
def test_rules_that_contradict_each_other_are_none(rules: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidSessionError) as raised:
        SessionRules(**rules)  # type: ignore[arg-type]  # That is what is tested.
    assert raised.value.field == field


def test_the_limits_themselves_are_allowed() -> None:
    assert SessionRules().capacity == 150
    for minutes in (1, 30):
        SessionRules(game_type=GameType.TIME_CONSTRAINED, minutes=minutes, capacity=10_000)
