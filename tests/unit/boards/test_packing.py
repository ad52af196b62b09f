"""However an envelope is grouped, each fact goes to exactly the views that it belongs to."""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_boards.codec import fold_of, prefix_bytes
from ledgerboard_boards.packing import groups_of
from ledgerboard_contracts import BoardOptions, Fact, Policy, Season, View, views_of
from ledgerboard_testkit.plays import make_fact

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = ["UTC", "America/New_York", "America/Havana", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia"]

moments = st.datetimes(datetime(1971, 1, 3), datetime(2099, 12, 28), timezones=st.just(UTC)) | st.builds(  # noqa: DTZ001 -- bounds
    lambda hours: NOON - timedelta(hours=hours), st.integers(0, 50)
)
facts = st.builds(
    lambda number, when, level, session: make_fact(f"player-{number}", number, when, level=level, session=session),
    st.integers(0, 10**6), moments, st.sampled_from([None, "1", "2"]), st.sampled_from([None, "s", "t"]),
)  # fmt: skip
seasons = st.lists(st.integers(0, 60), max_size=3).map(
    lambda starts: tuple(
        Season(key=str(index), start=NOON - timedelta(hours=hours), end=NOON - timedelta(hours=hours - 20))
        for index, hours in enumerate(starts)
    )
)
boards = st.builds(
    BoardOptions,
    policy=st.sampled_from(Policy), time_zone=st.sampled_from(ZONES), seasons=seasons, level_views=st.booleans(),
    session_views=st.booleans(), level_total_view=st.booleans(),
)  # fmt: skip


def player_of(record: bytes, options: BoardOptions, group_is_sum: bool) -> str:  # noqa: FBT001 -- of one test
    width = 8 if group_is_sum else prefix_bytes(options) + (16 if options.policy is Policy.LATEST else 0)
    (length,) = struct.unpack_from(">H", record, 8 + width)
    return record[10 + width : 10 + width + length].decode()


def placed(envelope: Sequence[Fact], options: BoardOptions) -> Iterator[tuple[View, str]]:
    for group in groups_of(envelope, options):
        is_sum = fold_of(options, group.scope).value in {"total", "levels"}
        for span in group.spans:
            for record in group.records:
                yield View("race", span, group.scope), player_of(record, options, is_sum)


@given(st.lists(facts, max_size=12, unique_by=lambda fact: fact.player), boards)
def test_every_fact_is_in_each_of_its_views_once_and_in_no_other(envelope: list[Fact], options: BoardOptions) -> None:
    expected = Counter((view, fact.player) for fact in envelope for view in views_of("race", fact, options))
    assert Counter(placed(envelope, options)) == expected


def test_a_fact_that_stands_twice_in_one_envelope_is_added_once() -> None:
    fact = make_fact("ann", 5, NOON)
    (group,) = groups_of([fact, fact], BoardOptions(policy=Policy.TOTAL))
    assert len(group.records) == 1


@pytest.mark.parametrize("policy", Policy)
def test_a_plain_envelope_is_one_group_however_many_facts_it_holds(policy: Policy) -> None:
    envelope = [make_fact(f"player-{number}", number, NOON) for number in range(100)]
    (group,) = groups_of(envelope, BoardOptions(policy=policy, level_total_view=True))
    assert len(group.records) == 100
    assert len(group.spans) == 4


def test_an_envelope_without_facts_has_no_group() -> None:
    assert list(groups_of([], BoardOptions())) == []
