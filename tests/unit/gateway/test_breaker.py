"""A store that hangs is left alone, but for one call a second."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ledgerboard_gateway.breaker import PAUSE_SECONDS, SLOW_SECONDS, Breaker
from ledgerboard_infra.errors import UnavailableError


@dataclass
class _Store:
    """Answers after ``takes_seconds``, or fails after them."""

    now: float = 0.0
    takes_seconds: float = 0.0
    down: bool = False
    calls: int = 0

    def ask(self) -> str:
        self.calls += 1
        self.now += self.takes_seconds
        if self.down:
            raise UnavailableError("no answer")
        return "answer"


@pytest.fixture
def store() -> _Store:
    return _Store()


@pytest.fixture
def ask(store: _Store) -> Callable[[], str]:
    breaker = Breaker("the store", monotonic=lambda: store.now)
    return lambda: breaker.call(store.ask)


def _fails(ask: Callable[[], str]) -> str:
    with pytest.raises(UnavailableError) as caught:
        ask()
    return str(caught.value)


def test_after_a_call_that_hung_the_next_are_refused_at_once(store: _Store, ask: Callable[[], str]) -> None:
    store.down, store.takes_seconds = True, SLOW_SECONDS
    assert _fails(ask) == "no answer"
    assert [_fails(ask) for _ in range(3)] == ["the store hung a moment ago"] * 3
    assert store.calls == 1


def test_one_call_a_second_finds_out_and_an_answer_lets_everybody_in(store: _Store, ask: Callable[[], str]) -> None:
    store.down, store.takes_seconds = True, SLOW_SECONDS
    _fails(ask)
    store.now += PAUSE_SECONDS
    assert _fails(ask) == "no answer"
    assert _fails(ask) == "the store hung a moment ago"
    store.now += PAUSE_SECONDS
    store.down = False
    assert [ask() for _ in range(3)] == ["answer"] * 3


def test_while_one_call_finds_out_the_others_are_still_refused(store: _Store) -> None:
    breaker = Breaker("the store", monotonic=lambda: store.now)
    store.down, store.takes_seconds = True, SLOW_SECONDS
    _fails(lambda: breaker.call(store.ask))
    store.now += PAUSE_SECONDS
    meanwhile: list[str] = []

    def find_out() -> None:
        meanwhile.append(_fails(lambda: breaker.call(store.ask)))

    breaker.call(find_out)
    assert meanwhile == ["the store hung a moment ago"]


def test_a_failure_that_holds_nobody_up_refuses_nobody(store: _Store, ask: Callable[[], str]) -> None:
    store.down = True
    assert [_fails(ask) for _ in range(3)] == ["no answer"] * 3
    store.down = False
    assert ask() == "answer"


def test_an_answer_that_is_merely_slow_refuses_nobody(store: _Store, ask: Callable[[], str]) -> None:
    store.takes_seconds = 10 * SLOW_SECONDS
    assert [ask() for _ in range(3)] == ["answer"] * 3
