from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ledgerboard_history.jobs import CreatePartitions
from ledgerboard_ledger import Month


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


class _Partitions:
    def __init__(self) -> None:
        self.asked: list[Month] = []

    def ensure(self, months: Iterable[Month]) -> Sequence[str]:
        self.asked += months
        return ("facts_2027_02",)


def test_this_month_and_the_next_three_get_their_partitions() -> None:
    partitions = _Partitions()
    assert CreatePartitions(partitions, _Clock()).run() == ["facts_2027_02"]
    assert partitions.asked == [Month(2026, 11), Month(2026, 12), Month(2027, 1), Month(2027, 2)]
