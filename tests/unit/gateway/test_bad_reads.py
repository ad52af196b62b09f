"""Every read refuses a parameter that makes no sense with a 400 that names it."""

import pytest

from ledgerboard_contracts import DEFAULT_OPTIONS
from tests.unit.gateway.gateways import MemoryGateway

BOARD, PLAYER = "/v1/boards/race", "/v1/players/ada"
STANDINGS, SCORES, NEIGHBOURS = f"{BOARD}/standings", f"{BOARD}/scores", f"{BOARD}/players/p0/neighbours"
BEST, RANKS = f"{BOARD}/players/ada/scores", f"{BOARD}/players/ada/ranks"
EVENT = "019ab2f4-0c5e-7b3c-9d4e-2f6a8b1c3d5e"
BEYOND = 2**53 + 1
NINES = "9" * 25

CASES = [
    (f"{STANDINGS}/last?start=1", "start"),
    (f"{STANDINGS}/last?limit=101", "limit"),
    (f"{STANDINGS}/by-score?start=1", "start"),
    (f"{STANDINGS}/by-score?min_score=1.5", "min_score"),
    (f"{STANDINGS}/by-score?min_score=NaN", "min_score"),
    (f"{STANDINGS}/by-score?min_score=", "min_score"),
    (f"{STANDINGS}/by-score?min_score=2&max_score=1", "min_score"),
    (f"{STANDINGS}/by-score?max_score={NINES}", "max_score"),
    (f"{STANDINGS}/by-score?max_score=-{NINES}", "max_score"),
    (f"{STANDINGS}/by-score?offset=-1", "offset"),
    (f"{STANDINGS}/lookup", "player"),
    (f"{STANDINGS}/lookup?players=ada", "players"),
    (f"{STANDINGS}/lookup?player=a&player=", "player[1]"),
    (f"{STANDINGS}/lookup?{'&'.join(['player=a'] * 101)}", "player"),
    (f"{BOARD}/statistics?ranking=dense", "ranking"),
    (f"{BOARD}/players/p0?n=1", "n"),
    (f"{BOARD}/players/p%07", "player"),
    (f"{BOARD}/players/p%07/neighbours", "player"),
    (f"{NEIGHBOURS}?n=51", "n"),
    (f"{NEIGHBOURS}?n=-1", "n"),
    (f"{SCORES}/x/rank", "score"),
    (f"{SCORES}/1.0/rank", "score"),
    (f"{SCORES}/+1/rank", "score"),
    (f"{SCORES}/%D9%A1/rank", "score"),
    (f"{SCORES}/{BEYOND}/rank", "score"),
    (f"{SCORES}/-{BEYOND}/rank", "score"),
    (f"{SCORES}/{NINES}/neighbours", "score"),
    (f"{SCORES}/1/rank?ties=1", "ties"),
    (f"{SCORES}/1/rank?ties=x", "ties[0]"),
    (f"{SCORES}/1/rank?ties=1,{BEYOND}", "ties[1]"),
    (f"{SCORES}/1/rank?player=a%2Fb", "player"),
    (f"{SCORES}/1/neighbours?n=51", "n"),
    (f"{PLAYER}/standings", "boards"),
    (f"{PLAYER}/standings?boards=", "boards"),
    (f"{PLAYER}/standings?boards=race,users", "boards[1]"),
    (f"{PLAYER}/standings?boards={','.join(['race'] * 21)}", "boards"),
    ("/v1/players/%07/standings?boards=race", "player"),
    (f"{PLAYER}/scores?level=1", "level"),
    (f"{PLAYER}/scores?board=a%2Fb", "board"),
    (f"{PLAYER}/scores?board=race&level=", "level"),
    (f"{PLAYER}/scores?since=2026-11-21", "since"),
    (f"{PLAYER}/scores?since=2026-11-21T10:00:00", "since"),
    (f"{PLAYER}/scores?since=2026-11-21T10:00:00+01:00", "since"),
    (f"{PLAYER}/scores?since=2026-11-31T10:00:00Z", "since"),
    (f"{PLAYER}/scores?since=1700000000", "since"),
    (f"{PLAYER}/scores?until=", "until"),
    (f"{PLAYER}/scores?since=2026-11-21T10:00:00%2B0545", "since"),
    (f"{PLAYER}/scores?since=0001-01-01T00:00:00%2B05:00", "since"),
    (f"{PLAYER}/scores?{'a=1&' * 201}", "query"),
    (f"{PLAYER}/scores?{'&'.join(f'a{number}=1' for number in range(11))}", "query"),
    (f"{PLAYER}/scores?until=2026-W47-6T10:00:00Z", "until"),
    (f"{PLAYER}/scores?since=2026-11-21T10:00:00Z&until=2026-11-21T09:59:59Z", "since"),
    (f"{BEST}?after={EVENT}", "after"),
    (f"{BEST}?after=1_x", "after"),
    (f"{BEST}?after=%D9%A1_{EVENT}", "after"),
    (f"{BEST}?after={BEYOND}_{EVENT}", "after"),
    (f"{BEST}?limit=0", "limit"),
    (f"{BEST}?before={EVENT}", "before"),
    (f"{BOARD}/players/p%07/scores", "player"),
    ("/v1/boards/users/players/ada/scores", "board"),
    (f"{RANKS}?from=2026-11-22", "from"),
    (f"{RANKS}?from=2026-11-21T00:00:00Z", "from"),
    (f"{RANKS}?from=20261121", "from"),
    (f"{RANKS}?from=2025-11-20", "from"),
    (f"{RANKS}?from=2026-11-02&to=2026-11-01", "from"),
    (f"{RANKS}?to=today", "to"),
    (f"{BOARD}/players/p%07/ranks", "player"),
    ("/v1/boards/a%2Cb/record", "board"),
]


@pytest.mark.parametrize(("path", "field"), CASES)
def test_a_read_that_makes_no_sense_is_refused_naming_the_parameter(
    gateway: MemoryGateway, path: str, field: str
) -> None:
    gateway.record.define("race", DEFAULT_OPTIONS)
    answer = gateway.get(path)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json"), answer.get_json()
    assert field in {error["field"] for error in answer.get_json()["errors"]}, answer.get_json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"players":[]}', "players"), (b'{"players":["ada",7]}', "players[1]"), (b'{"players":"ada"}', "players"),
        (b'{"players":["ada","a/b"]}', "players[1]"), (b'{"players":["ada",""]}', "players[1]"), (b"{}", "players"),
        (b'{"players":["ada"],"friends":[]}', "friends"), (b"[]", "body"), (b"", "body"),
        (b'{"players":["\xff"]}', "players[0]"),
        (b'{"players":[%b]}' % b",".join([b'"a"'] * 101), "players"),
    ],
)  # fmt: skip
def test_a_list_of_players_that_makes_no_sense_is_refused_naming_the_one_at_fault(
    gateway: MemoryGateway, body: bytes, field: str
) -> None:
    answer = gateway.client.post(f"{STANDINGS}/lookup", data=body, content_type="application/json")
    assert answer.status_code == 400, answer.get_json()
    assert field in {error["field"] for error in answer.get_json()["errors"]}, answer.get_json()


def test_a_list_of_players_must_be_declared_as_json(gateway: MemoryGateway) -> None:
    assert gateway.client.post(f"{STANDINGS}/lookup", data=b'{"players":["a"]}').status_code == 415


@pytest.mark.parametrize(
    ("since", "message"),
    [
        (
            "2026-11-21T10:00:00%2B0545",
            "An offset is hours and minutes with a colon between, such as +05:45 (RFC 3339).",
        ),
        ("2026-11-21T10:00:00+05:45", "A + in a URL means a blank: write the offset's as %2B."),
        ("2026-11-21T10:00:60Z", "Second 60 exists at the end of a month in UTC only."),
    ],
)
def test_a_time_is_refused_for_what_it_is(gateway: MemoryGateway, since: str, message: str) -> None:
    told = gateway.get(f"{PLAYER}/scores?since={since}").get_json()
    assert told["errors"] == [{"field": "since", "message": message}]


def test_a_leap_second_is_a_time(gateway: MemoryGateway) -> None:
    assert gateway.get(f"{PLAYER}/scores?since=2016-12-31T23:59:60Z").status_code == 200
