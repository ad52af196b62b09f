"""What RFC 3339 writes is read, and every other form is refused by the rule that it breaks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import InvalidMomentError, read_day, read_moment

NEPAL = timedelta(hours=5, minutes=45)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T10:15:30Z", datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)),
        ("2026-11-21t10:15:30z", datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)),
        ("2026-11-21 10:15:30+05:45", datetime(2026, 11, 21, 4, 30, 30, tzinfo=UTC)),
        ("2026-11-21T10:15:30.5-00:00", datetime(2026, 11, 21, 10, 15, 30, 500_000, tzinfo=UTC)),
        ("2026-11-21T10:15:30.123456789Z", datetime(2026, 11, 21, 10, 15, 30, 123_456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60.9Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01T05:44:60+05:45", datetime(2017, 1, 1, tzinfo=UTC)),
        ("1990-12-31T15:59:60-08:00", datetime(1991, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read(text: str, moment: datetime) -> None:
    assert read_moment(text) == moment


def test_a_moment_keeps_its_offset() -> None:
    assert read_moment("2026-11-21T10:15:30+05:45").utcoffset() == NEPAL


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-11-21T10:15:30+0545", "with a colon"),
        ("2026-11-21T10:15:30-08", "with a colon"),
        ("2026-11-21T10:15:30", "its offset"),
        ("2026-11-21T10:15:30 05:45", "%2B"),
        ("2026-11-21T10:15:30+05:45:00", "its offset"),
        ("2026-11-21T10:15:30UTC", "its offset"),
        ("2026-11-21T10:15:60Z", "Second 60"),
        ("2016-12-30T23:59:60Z", "Second 60"),
        ("2026-11-31T10:15:30Z", "no such day"),
        ("2026-11-21T24:00:00Z", "no such day"),
        ("2026-11-21T10:15:61Z", "no such day"),
        ("2026-11-21T10:15:30+24:00", "no such day"),
        ("1969-12-31T23:59:59Z", "the years"),
        ("0001-01-01T00:00:00+05:00", "the years"),
        ("9999-12-31T23:59:59-05:00", "the years"),
        ("2026-11-21", "RFC 3339"),
        ("2026-11-21T10:15Z", "RFC 3339"),
        ("20261121T101530Z", "RFC 3339"),
        ("2026-W47-6T10:15:30Z", "RFC 3339"),
        ("1700000000", "RFC 3339"),
        ("٢٠٢٦-11-21T10:15:30Z", "RFC 3339"),
        ("2026-11-21T10:15:30Z\n", "its offset"),
        ("", "RFC 3339"),
    ],
)
def test_what_is_no_moment_is_refused_by_the_rule_that_it_breaks(text: str, rule: str) -> None:
    with pytest.raises(InvalidMomentError, match=rule):
        read_moment(text)


@given(st.text())
def test_any_other_text_is_refused_in_our_words(text: str) -> None:
    for read in (read_moment, read_day):
        with pytest.raises(InvalidMomentError, match=r"\.\Z"):
            read(text)


@pytest.mark.parametrize(
    "text", ["2026-11-31", "2026-1-1", "20261121", "2026-11-21T", "٢٠٢٦-11-21", "", "2026-11-21\n"]
)
def test_a_day_has_one_form(text: str) -> None:
    with pytest.raises(InvalidMomentError, match="2026-11-21"):
        read_day(text)
