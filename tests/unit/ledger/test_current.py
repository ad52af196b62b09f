from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock

import pytest

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import CurrentDefinitions
from ledgerboard_testkit.events import NOON
from ledgerboard_testkit.polling import eventually

_TTL = timedelta(seconds=5)


@dataclass
class _Clock:
    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


@dataclass
class _Record:
    """Definitions in memory, whose answers can be held back and refused."""

    versions: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    open: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def current(self, board: str) -> BoardDefinition | None:
        self._ask(board)
        version = self.versions.get(board)
        return None if version is None else _definition(board, version)

    def ensure(self, board: str) -> BoardDefinition:
        self._ask(board)
        with self.lock:
            return _definition(board, self.versions.setdefault(board, 1))

    def _ask(self, board: str) -> None:
        with self.lock:
            self.asked.append(board)
        assert self.open.wait(10)
        if self.down:
            raise UnavailableError("down")


def _definition(board: str, version: int) -> BoardDefinition:
    return BoardDefinition(board=board, version=version, options=DEFAULT_OPTIONS)


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def record() -> _Record:
    record = _Record()
    record.open.set()
    return record


@pytest.fixture
def definitions(record: _Record, clock: _Clock) -> Iterator[CurrentDefinitions]:
    definitions = CurrentDefinitions(record, clock, _TTL, capacity=3)
    yield definitions
    record.open.set()
    definitions.close()


def test_an_unknown_board_is_made_for_a_submission_and_not_for_a_reader(
    definitions: CurrentDefinitions, record: _Record
) -> None:
    assert definitions.current("race") is None
    assert record.versions == {}
    assert definitions.ensure("race") == _definition("race", 1)
    assert definitions.current("race") == _definition("race", 1)


def test_a_fresh_definition_is_not_asked_for_again(
    definitions: CurrentDefinitions, record: _Record, clock: _Clock
) -> None:
    definitions.ensure("race")
    clock.moment += _TTL - timedelta(microseconds=1)
    assert definitions.ensure("race") == _definition("race", 1)
    assert record.asked == ["race"]


def test_a_stale_definition_is_served_while_one_question_is_under_way(
    definitions: CurrentDefinitions, record: _Record, clock: _Clock
) -> None:
    definitions.ensure("race")
    record.versions["race"] = 2
    record.open.clear()
    clock.moment += _TTL
    for _ in range(100):
        assert definitions.ensure("race") == _definition("race", 1)
    record.open.set()
    eventually(lambda: definitions.ensure("race") == _definition("race", 2))
    assert record.asked == ["race", "race"]


def test_a_warm_board_outlives_an_outage_and_learns_of_its_end(
    definitions: CurrentDefinitions, record: _Record, clock: _Clock
) -> None:
    definitions.ensure("race")
    record.down = True
    clock.moment += _TTL
    assert definitions.ensure("race") == _definition("race", 1)
    eventually(lambda: len(record.asked) == 2)
    assert definitions.ensure("race") == _definition("race", 1)
    record.down, record.versions["race"] = False, 2

    def later() -> bool:
        clock.moment += _TTL
        return definitions.ensure("race").version == 2

    eventually(later)


def test_a_cold_board_in_an_outage_says_so(definitions: CurrentDefinitions, record: _Record) -> None:
    record.down = True
    with pytest.raises(UnavailableError):
        definitions.ensure("race")
    with pytest.raises(UnavailableError):
        definitions.current("race")


def test_many_who_need_a_cold_board_ask_once(definitions: CurrentDefinitions, record: _Record) -> None:
    record.open.clear()
    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(definitions.ensure, "race") for _ in range(20)]
        eventually(lambda: record.asked)
        record.open.set()
        assert {answer.result() for answer in answers} == {_definition("race", 1)}
    assert record.asked == ["race"]


def test_a_late_answer_does_not_undo_a_newer_definition(
    definitions: CurrentDefinitions, record: _Record, clock: _Clock
) -> None:
    definitions.ensure("race")
    clock.moment += _TTL
    record.open.clear()
    definitions.ensure("race")
    eventually(lambda: len(record.asked) == 2)
    definitions.remember(_definition("race", 2))
    record.open.set()
    definitions.close()
    assert definitions.ensure("race") == _definition("race", 2)


def test_the_least_recently_used_board_is_forgotten(definitions: CurrentDefinitions, record: _Record) -> None:
    for board in ("a", "b", "c", "a", "d", "a", "b"):
        definitions.ensure(board)
    assert record.asked == ["a", "b", "c", "d", "b"]


def test_after_closing_what_is_known_is_still_served(
    definitions: CurrentDefinitions, record: _Record, clock: _Clock
) -> None:
    definitions.ensure("race")
    definitions.close()
    clock.moment += _TTL
    assert definitions.ensure("race") == _definition("race", 1)
    assert record.asked == ["race"]
