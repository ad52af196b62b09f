from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ledgerboard_ledger.flights import Flights
from ledgerboard_testkit.polling import eventually


def test_callers_that_ask_at_once_share_one_answer() -> None:
    flights, asked, release = Flights[str](), [], Event()

    def ask(key: str) -> str:
        asked.append(key)
        assert release.wait(10)
        return f"answer {len(asked)}"

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(flights.join, "race", ask) for _ in range(8)]
        eventually(lambda: all(answer.running() for answer in answers) and asked)
        release.set()
        assert {answer.result() for answer in answers} <= {"answer 1", "answer 2"}
    assert len(asked) < 8


def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    flights, release = Flights[str](), Event()

    def fail(_: str) -> str:
        assert release.wait(10)
        raise LookupError("no")

    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(flights.join, "race", fail) for _ in range(3)]
        release.set()
        for answer in answers:
            with pytest.raises(LookupError):
                answer.result()
    assert flights.join("race", lambda key: key) == "race"


def test_other_keys_do_not_wait() -> None:
    flights, release = Flights[bool](), Event()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(flights.join, "slow", lambda _: release.wait(10))
        assert flights.join("quick", lambda _: True)
        assert not slow.done()
        release.set()
