from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_ledger import PostgresLevels
from ledgerboard_testkit.memory import MemoryLevels
from ledgerboard_testkit.suites.levels import LevelsSuite


class TestMemoryLevels(LevelsSuite):
    @pytest.fixture
    def levels(self) -> MemoryLevels:
        return MemoryLevels()


class TestPostgresLevels(LevelsSuite):
    @pytest.fixture
    def levels(self, engine: Engine) -> PostgresLevels:
        return PostgresLevels(engine)

    def test_those_who_name_levels_at_once_number_each_once_and_no_more_than_may_be(
        self, levels: PostgresLevels
    ) -> None:
        board, names = str(uuid4()), [str(number) for number in range(30)]
        with ThreadPoolExecutor(6) as pool:
            told = list(
                pool.map(lambda start: levels.numbers(board, names[start:] + names[:start], 20), range(0, 30, 5))
            )
        numbers = {level: number for each in told for level, number in each.items()}
        assert sorted(numbers.values()) == list(range(1, 21))
        assert all(numbers[level] == number for each in told for level, number in each.items())
