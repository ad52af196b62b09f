"""Slow bodies hold few threads."""

import threading
from typing import Any

import pytest

from ledgerboard_gateway.http.intake import Intake
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_testkit.polling import eventually


class Dripping:
    """A body that comes when a test lets it."""

    def __init__(self) -> None:
        self.come = threading.Event()
        self.asked = threading.Event()

    def read(self, _size: int) -> bytes:
        self.asked.set()
        assert self.come.wait(10)
        return b"x"


def reading(environ: dict[str, Any], _start: Any) -> list[bytes]:
    return [environ["wsgi.input"].read(10)]


def ask(intake: Intake, body: Any, method: str = "POST") -> bytes:
    (answer,) = intake({"REQUEST_METHOD": method, "wsgi.input": body}, lambda *_: lambda _: None)
    return answer


def test_more_than_the_seats_are_refused_at_once_and_served_when_one_is_free() -> None:
    intake, slow, at_once = Intake(reading, 1), Dripping(), Dripping()
    at_once.come.set()
    thread = threading.Thread(target=ask, args=(intake, slow))
    thread.start()
    assert slow.asked.wait(10)
    with pytest.raises(ProblemError) as refused:
        ask(intake, at_once)
    assert refused.value.kind.status == 503
    slow.come.set()
    thread.join(10)
    eventually(lambda: ask(intake, at_once) == b"x", what="a free seat")


def test_what_fails_leaves_its_seat() -> None:
    intake = Intake(reading, 1)
    for _ in range(3):
        with pytest.raises(AttributeError):
            ask(intake, None)


def test_reads_have_no_body_to_wait_for() -> None:
    def untouched(environ: dict[str, Any], _start: Any) -> list[bytes]:
        return [b"bare" if environ["wsgi.input"] is body else b"bounded"]

    body = Dripping()
    assert ask(Intake(untouched, 1), body, "GET") == b"bare"
    assert ask(Intake(untouched, 1), body) == b"bounded"
