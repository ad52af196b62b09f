"""What the record of keyed requests forgets, and what two that ask at once are told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger import LedgerWriter, PostgresKeyedRequests
from ledgerboard_ledger.idempotency import Held, KeptAnswer, Refusal
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON
from tests.integration.ledger.keyed_answers import answer, answered, request

NOW = timedelta(0)


@pytest.fixture
def keyed(engine: Engine) -> PostgresKeyedRequests:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM keyed_requests"))
    return PostgresKeyedRequests(engine)


def test_of_fifty_that_ask_at_once_one_holds_the_claim(keyed: PostgresKeyedRequests) -> None:
    asked = [request(caller="key:1") for _ in range(50)]
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(keyed.claim, asked))
    (held,) = [each for each in found if isinstance(each, Held)]
    assert found.count(Refusal.UNDER_WAY) == 49
    assert held.seed in {each.seed for each in asked}


def test_of_many_who_take_over_at_once_one_does_with_the_first_ones_stamps(engine: Engine) -> None:
    short, long = PostgresKeyedRequests(engine, lease=NOW), PostgresKeyedRequests(engine)
    first = short.claim(request(caller="key:2"))
    assert isinstance(first, Held)
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(long.claim, [request(caller="key:2", at=NOON + timedelta(hours=5)) for _ in range(30)]))
    (held,) = [each for each in found if isinstance(each, Held)]
    assert (held.seed, held.claimed_at, held.attempts) == (first.seed, NOON, 2)


def test_who_lost_the_race_to_answer_is_told_the_answer_that_stands(engine: Engine) -> None:
    keyed, asked = PostgresKeyedRequests(engine, lease=NOW), request()
    first, second = keyed.claim(asked), keyed.claim(asked)
    assert isinstance(first, Held)
    assert isinstance(second, Held)
    assert keyed.answer(second, answer("ada"), ["ada"]) == keyed.answer(first, answer("eve"), ["eve"]) == answer("ada")
    assert keyed.claim(asked) == answer("ada")


def test_only_what_is_over_is_purged_and_little_by_little(engine: Engine, keyed: PostgresKeyedRequests) -> None:
    gone = PostgresKeyedRequests(engine, lease=NOW, kept=NOW)
    for _ in range(5):
        gone.claim(request())
    at_work = PostgresKeyedRequests(engine, kept=NOW).claim(request())
    kept = answered(engine, "ada")
    assert isinstance(at_work, Held)
    assert [keyed.purge(3) for _ in range(3)] == [3, 2, 0]
    assert keyed.plan(at_work, {"versions": {}}) == {"versions": {}}
    assert keyed.claim(kept) == answer("ada")


def rows(engine: Engine) -> Sequence[str]:
    with engine.connect() as connection:
        return connection.execute(text("SELECT keyed_requests::text FROM keyed_requests")).scalars().all()


def test_an_erasure_takes_the_answers_that_name_the_player_and_no_claim_of_a_server(
    engine: Engine, keyed: PostgresKeyedRequests
) -> None:
    player, at = f'jo-"{uuid4().hex}', NOON + timedelta(seconds=1)
    own = answered(engine, player, caller=f"player:{player}")
    of_server, of_other = answered(engine, player), answered(engine, "ada")
    back = answered(engine, player, at=at + timedelta(microseconds=1))
    LedgerWriter(engine).correct([correction(CorrectionKind.ERASE, player=player, at=at)])
    assert keyed.claim(of_server) == KeptAnswer(202, None, None)
    assert (keyed.claim(of_other), keyed.claim(back)) == (answer("ada"), answer(player))
    assert isinstance(keyed.claim(own), Held)
    assert sum(str(of_server.caller) in row for row in rows(engine)) == 1


def test_the_first_plan_stands_and_nobody_but_its_owner_lets_a_claim_go(engine: Engine) -> None:
    asked = request()
    first = PostgresKeyedRequests(engine, lease=NOW).claim(asked)
    keyed = PostgresKeyedRequests(engine)
    second = keyed.claim(replace(asked, owner=uuid4()))
    assert isinstance(first, Held)
    assert isinstance(second, Held)
    assert keyed.plan(first, {"firsts": [0]}) == keyed.plan(second, {"firsts": [1]}) == {"firsts": [0]}
    keyed.release(first)
    keyed.withdraw(first)
    assert keyed.claim(asked) is Refusal.UNDER_WAY


def test_a_claim_that_was_taken_over_is_released_and_never_forgotten(engine: Engine) -> None:
    asked = request()
    first = PostgresKeyedRequests(engine, lease=NOW).claim(asked)
    keyed = PostgresKeyedRequests(engine)
    second = keyed.claim(replace(asked, owner=uuid4()))
    assert isinstance(first, Held)
    assert isinstance(second, Held)
    keyed.withdraw(second)
    third = keyed.claim(replace(asked, owner=uuid4(), seed=uuid4()))
    assert isinstance(third, Held)
    assert (third.seed, third.attempts) == (first.seed, 3)
