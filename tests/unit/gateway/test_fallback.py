"""Where the live boards cannot answer, the ledger does and it is told; where nobody can, it is a 503."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledgerboard_contracts import BoardOptions, Order
from ledgerboard_testkit.events import fact
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

HEADER = "Ledgerboard-Source"
DAYS_AGO = NOON - timedelta(days=20)
BOARD = "/v1/boards/race"
READS = [
    f"{BOARD}/standings", f"{BOARD}/standings?limit=100", f"{BOARD}/standings?start=1&limit=2&ranking=dense",
    f"{BOARD}/standings/last?limit=2", f"{BOARD}/standings/by-score?min_score=20&ranking=competition",
    f"{BOARD}/standings/lookup?player=p2&player=nobody", f"{BOARD}/statistics", f"{BOARD}/players/p2",
    f"{BOARD}/players/p2/neighbours?n=1", f"{BOARD}/players/nobody", f"{BOARD}/scores/25/rank",
    f"{BOARD}/scores/25/neighbours?n=1", "/v1/players/p2/standings?boards=race,nope,laps", "/race", "/race/p2",
    "/race/nobody",
]  # fmt: skip

Trouble = Callable[[MemoryGateway], None]


def go_down(gateway: MemoryGateway) -> None:
    gateway.boards.available = False


def lose(gateway: MemoryGateway) -> None:
    gateway.boards.lose("race")


TROUBLES: list[Trouble] = [go_down, lose]


@pytest.fixture
def race(gateway: MemoryGateway) -> MemoryGateway:
    """p0 to p4 with 50 down to 10, two of them on another board, and one who played long ago."""
    gateway.record.ensure("race")
    gateway.record.define("laps", BoardOptions(order=Order.ASC))
    gateway.boards.add("race", *(fact(f"p{number}", 50 - 10 * number) for number in range(5)))
    gateway.boards.add("race", fact("old", 30, at=DAYS_AGO))
    gateway.boards.add("laps", fact("p2", 1), fact("p3", 2))
    return gateway


def test_what_the_boards_answer_is_not_marked(race: MemoryGateway) -> None:
    assert all(HEADER not in race.get(read).headers for read in READS)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_read_is_answered_by_the_ledger_in_the_same_words_and_marked(
    race: MemoryGateway, trouble: Trouble
) -> None:
    before = [race.get(read) for read in READS]
    trouble(race)
    after = [race.get(read) for read in READS]
    assert [each.data for each in after] == [each.data for each in before]
    assert [each.status_code for each in after] == [each.status_code for each in before]
    assert {each.headers.get(HEADER) for each in after} == {"ledger"}
    reason = "down" if trouble is go_down else "lost"
    assert race.metric("gateway_ledger_reads_total", reason=reason) == len(READS)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("missing", ["fold", "generations"])
def test_where_neither_answers_it_is_a_503_and_never_an_empty_board(
    race: MemoryGateway, trouble: Trouble, missing: str
) -> None:
    trouble(race)
    getattr(race, missing).available = False
    assert {race.get(read).status_code for read in READS} == {503}


def test_a_board_that_was_never_played_is_empty_and_not_taken_for_a_lost_one(gateway: MemoryGateway) -> None:
    gateway.record.ensure("race")
    answer = gateway.get(f"{BOARD}/standings")
    assert (answer.status_code, answer.get_json()["total"], answer.headers.get(HEADER)) == (200, 0, None)
    gateway.generations.available = False
    assert gateway.get(f"{BOARD}/standings").status_code == 503, "it might be a lost one"


def test_a_day_that_the_boards_let_go_is_answered_by_the_ledger(race: MemoryGateway) -> None:
    query = f"period=day&key={DAYS_AGO.date()}"
    for path in ("standings", "standings/last", "players/old"):
        answer = race.get(f"{BOARD}/{path}?{query}")
        assert (answer.status_code, answer.headers[HEADER]) == (200, "ledger")
        assert "30" in answer.text
    assert race.metric("gateway_ledger_reads_total", reason="expired") == 3
    race.fold.available = False
    assert race.get(f"{BOARD}/standings?{query}").status_code == 503


def test_one_lost_board_of_several_is_no_gap_among_a_players_standings(race: MemoryGateway) -> None:
    before = race.get("/v1/players/p2/standings?boards=race,laps").get_json()
    race.boards.lose("laps")
    after = race.get("/v1/players/p2/standings?boards=race,laps")
    assert (after.get_json(), after.headers[HEADER]) == (before, "ledger")
    assert [row["board"] for row in before["standings"]] == ["race", "laps"]


@pytest.mark.parametrize(("times", "source"), [(1, None), (3, None), (20, "ledger")])
def test_a_board_that_moves_while_it_is_read_is_read_again(race: MemoryGateway, times: int, source: str | None) -> None:
    before = race.get(f"{BOARD}/standings").get_json()
    race.boards.keep_moving("race", times)
    answer = race.get(f"{BOARD}/standings")
    assert (answer.get_json(), answer.headers.get(HEADER)) == (before, source)


def test_a_generation_is_read_by_the_definition_that_it_was_folded_by(race: MemoryGateway) -> None:
    race.record.define("race", BoardOptions(order=Order.ASC))
    first = f"{BOARD}/standings?limit=1"
    for trouble in (None, go_down):
        if trouble is not None:
            trouble(race)
        assert race.get(first).get_json()["standings"][0]["player"] == "p0"
    race.boards.available = True
    race.boards.go_live("race", 2, 2)
    for trouble in (None, go_down):
        if trouble is not None:
            trouble(race)
        assert race.get(first).get_json()["standings"][0]["player"] == "p4"
