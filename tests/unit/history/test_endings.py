from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import BoardOptions, Period, spans_of
from ledgerboard_history.endings import ended_spans

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/Sao_Paulo", "Asia/Kathmandu", "America/Havana"])


def test_a_day_ends_by_the_clocks_of_the_board() -> None:
    options = BoardOptions(time_zone="Asia/Tokyo")
    [day] = ended_spans(options, NOON, NOON + timedelta(hours=3))
    assert (day.period, day.key, day.end) == (Period.DAY, "2026-11-21", datetime(2026, 11, 21, 15, tzinfo=UTC))
    assert day.end is not None
    assert ended_spans(options, day.end, NOON + timedelta(hours=4)) == []


@given(zone=ZONES, days=st.integers(0, 4_000), hours=st.integers(0, 2_000))
def test_whatever_ends_ends_in_exactly_one_of_two_adjacent_stretches(zone: str, days: int, hours: int) -> None:
    after, options = NOON - timedelta(days=days), BoardOptions(time_zone=zone)
    middle, until = after + timedelta(hours=hours // 3), after + timedelta(hours=hours)
    parts = [*ended_spans(options, after, middle), *ended_spans(options, middle, until)]
    assert sorted(span.key for span in parts) == sorted(span.key for span in ended_spans(options, after, until))
    walked = {
        span.key
        for hour in range(hours + 1)
        for span in spans_of(after + timedelta(hours=hour), options.calendar)
        if span.end is not None and after < span.end <= until
    }
    assert walked == {span.key for span in parts}
