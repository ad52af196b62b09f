"""Up to when a fact may be late for a board of which two generations stand."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from ledgerboard_ledger.late import greatest

FIRST = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = FIRST + timedelta(minutes=5)
ALWAYS = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("rows", list(permutations([("race", FIRST), ("race", SECOND), ("rally", FIRST)])))
def test_the_greatest_moment_of_a_board_stands_in_whatever_order_its_generations_come(
    rows: tuple[tuple[str, datetime], ...],
) -> None:
    assert greatest(rows) == {"race": SECOND, "rally": FIRST}


@pytest.mark.parametrize("rows", list(permutations([("race", FIRST), ("race", None)])))
def test_a_generation_that_is_opening_makes_every_fact_late(rows: tuple[tuple[str, datetime | None], ...]) -> None:
    assert greatest(rows) == {"race": ALWAYS}


def test_without_generations_nothing_is_late() -> None:
    assert greatest([]) == {}
