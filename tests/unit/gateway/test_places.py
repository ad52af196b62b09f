"""Where players and scores stand, as it is answered."""

from datetime import timedelta
from typing import Any

import pytest

from ledgerboard_contracts import BoardOptions, Order, Policy, TieBreak
from ledgerboard_testkit.events import fact
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.gateways import MemoryGateway

RACE = "/v1/boards/race"
SCORES = [50, 40, 40, 30, 20, 20, 20, 10]


@pytest.fixture
def race(gateway: MemoryGateway) -> MemoryGateway:
    """p0 to p7, in this order: 50, 40, 40, 30, 20, 20, 20, 10."""
    gateway.record.ensure("race")
    for number, score in enumerate(SCORES):
        gateway.boards.add("race", fact(f"p{number}", score, at=NOON + timedelta(seconds=number)))
    return gateway


def told(gateway: MemoryGateway, path: str) -> Any:
    answer = gateway.get(path)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def ranks(answer: Any) -> list[tuple[str, int]]:
    assert all(row["position"] == row["rank"] + 1 for row in answer["standings"])
    return [(row["player"], row["rank"]) for row in answer["standings"]]


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [("ordinal", [3, 4, 5, 6, 7]), ("competition", [3, 4, 4, 4, 7]), ("dense", [2, 3, 3, 3, 4])],
)
def test_equal_scores_share_ranks_as_the_reader_chooses(race: MemoryGateway, ranking: str, expected: list[int]) -> None:
    rows = list(zip(["p3", "p4", "p5", "p6", "p7"], expected, strict=True))
    page = told(race, f"{RACE}/standings?start=3&ranking={ranking}")
    assert (ranks(page), page["ranking"]) == (rows, ranking)
    assert ranks(told(race, f"{RACE}/standings/last?limit=5&ranking={ranking}")) == rows
    assert ranks(told(race, f"{RACE}/standings/by-score?max_score=30&ranking={ranking}")) == rows
    assert ranks(told(race, f"{RACE}/players/p5/neighbours?n=2&ranking={ranking}")) == rows
    assert told(race, f"{RACE}/players/p6?ranking={ranking}")["rank"] == expected[3]
    assert ranks(told(race, f"{RACE}/standings?limit=100&ranking={ranking}"))[3:] == rows


def test_a_range_of_scores_is_inclusive_and_paged(race: MemoryGateway) -> None:
    page = told(race, f"{RACE}/standings/by-score?min_score=20&max_score=40&offset=1&limit=3")
    assert ranks(page) == [("p2", 2), ("p3", 3), ("p4", 4)]
    assert (page["matched"], page["total"]) == (6, 8)
    assert told(race, f"{RACE}/standings/by-score?min_score=41")["matched"] == 1
    assert told(race, f"{RACE}/standings/by-score?max_score=-{'9' * 24}")["matched"] == 0


@pytest.mark.parametrize(
    ("player", "n", "first", "last", "centre"),
    [("p0", 2, 0, 4, 0), ("p1", 2, 0, 4, 1), ("p4", 2, 2, 6, 2), ("p7", 2, 3, 7, 4), ("p3", 0, 3, 3, 0),
     ("p3", 50, 0, 7, 3)],
)  # fmt: skip
def test_neighbours_are_centred_and_refilled_at_both_ends(
    race: MemoryGateway, player: str, n: int, first: int, last: int, centre: int
) -> None:
    found = told(race, f"{RACE}/players/{player}/neighbours?n={n}")
    assert ranks(found) == [(f"p{rank}", rank) for rank in range(first, last + 1)]
    assert (found["centre"], found["standings"][centre]["player"]) == (centre, player)


def test_around_a_score_are_those_between_whom_it_would_come(race: MemoryGateway) -> None:
    found = told(race, f"{RACE}/scores/20/neighbours?n=1")
    assert (ranks(found), found["centre"]) == ([("p6", 6), ("p7", 7)], 1)
    found = told(race, f"{RACE}/scores/-5/neighbours?n=1")
    assert (ranks(found), found["centre"]) == ([("p6", 6), ("p7", 7)], 2)


def test_a_standing_tells_what_it_is_worth(race: MemoryGateway) -> None:
    found = told(race, f"{RACE}/players/p2")
    assert (found["better"], found["total"], found["percentile"]) == (1, 8, 87.5)
    assert told(race, f"{RACE}/players/p0")["percentile"] == 100


def test_friends_are_ranked_on_the_board_and_in_their_list(race: MemoryGateway) -> None:
    answers = [
        told(
            race, f"{RACE}/standings/lookup?player=p6&player=p1&player=nobody&player=p4&player=p1&ranking=competition"
        ),
        race.client.post(
            f"{RACE}/standings/lookup?ranking=competition", json={"players": ["p6", "p1", "nobody", "p4", "p1"]}
        ).get_json(),
    ]
    assert answers[0] == answers[1]
    assert ranks(answers[0]) == [("p1", 1), ("p4", 4), ("p6", 4)]
    assert [(row["list_rank"], row["list_position"]) for row in answers[0]["standings"]] == [(0, 1), (1, 2), (1, 2)]
    assert answers[0]["missing"] == ["nobody"]


def test_one_players_standings_come_in_the_order_of_the_boards(race: MemoryGateway) -> None:
    race.record.define("laps", BoardOptions(order=Order.ASC, time_zone="Pacific/Auckland"))
    race.boards.add("laps", fact("p1", 7), fact("p0", 6))
    found = told(race, "/v1/players/p1/standings?boards=laps,nope,race,laps&period=day")
    assert [(each["board"], each["key"], each["rank"], each["score"]) for each in found["standings"]] == [
        ("laps", "2026-11-22", 1, 7), ("race", "2026-11-21", 1, 40),
    ]  # fmt: skip
    assert (found["player"], found["missing"]) == ("p1", ["nope"])
    assert told(race, "/v1/players/nobody/standings?boards=race")["standings"] == []


@pytest.mark.parametrize(
    ("path", "rank", "better", "total"),
    [
        ("40/rank", 3, 1, 9), ("41/rank", 1, 1, 9), ("51/rank?ranking=dense", 0, 0, 9),
        ("20/rank?ranking=competition", 4, 4, 9), ("20/rank?ranking=dense", 3, 4, 9),
        ("20/rank?player=p0", 6, 3, 8), ("40/rank?player=p1", 2, 1, 8),
    ],
)  # fmt: skip
def test_a_score_that_nobody_has_yet_has_a_rank_and_is_not_written(
    race: MemoryGateway, path: str, rank: int, better: int, total: int
) -> None:
    before = told(race, f"{RACE}/standings")
    race.clock.advance(timedelta(hours=1))
    found = told(race, f"{RACE}/scores/{path}")
    assert (found["rank"], found["position"], found["better"], found["total"]) == (rank, rank + 1, better, total)
    assert found["percentile"] == pytest.approx(100 * (total - better) / total)
    assert told(race, f"{RACE}/standings") == before
    assert race.queue.sent == []


@pytest.mark.parametrize(
    ("ties", "rank"), [("", 3), ("?ties=3", 0), ("?ties=2,1", 1), ("?ties=2,9", 2), ("?ties=2", 2)]
)
def test_tie_breaks_that_are_left_out_count_as_the_worst(gateway: MemoryGateway, ties: str, rank: int) -> None:
    breaks = (TieBreak(attribute="lives"), TieBreak(attribute="shots", order=Order.ASC))
    gateway.record.define("race", BoardOptions(ties=breaks))
    for player, lives, shots in (("a", 2, 1), ("b", 2, 9), ("c", 1, 1)):
        gateway.boards.add("race", fact(player, 7, attributes={"lives": lives, "shots": shots}))
    gateway.clock.advance(timedelta(seconds=1))
    assert told(gateway, f"{RACE}/scores/7/rank{ties}")["rank"] == rank


def test_sums_may_be_asked_for_beyond_any_single_score(gateway: MemoryGateway) -> None:
    gateway.record.define("sums", BoardOptions(policy=Policy.TOTAL))
    gateway.boards.add("sums", fact("ada", 2**53), fact("ada", 2**53), fact("bob", 1))
    assert told(gateway, f"/v1/boards/sums/scores/{2**54 - 1}/rank")["rank"] == 1
    assert told(gateway, f"/v1/boards/sums/scores/{2**54 + 1}/rank")["rank"] == 0
    assert told(gateway, f"/v1/boards/sums/standings/by-score?min_score={2**54}")["matched"] == 1


def test_a_board_is_counted(race: MemoryGateway) -> None:
    assert told(race, f"{RACE}/statistics?period=day") == {
        "board": "race", "period": "day", "key": "2026-11-21", "total": 8,
    }  # fmt: skip


def test_a_dense_rank_too_deep_is_refused_with_a_way_out(race: MemoryGateway) -> None:
    race.boards.max_distinct_scores = 2
    for path in ("players/p7", "standings?start=5", "scores/0/rank", "players/p7/neighbours", "standings/last"):
        answer = race.get(f"{RACE}/{path}{'&' if '?' in path else '?'}ranking=dense")
        assert (answer.status_code, answer.get_json()["type"]) == (422, "/docs/problems/rank-too-deep"), path


READS = ["standings/last", "standings/by-score", "statistics", "players/p0", "players/p0/neighbours",
         "standings/lookup?player=p0", "scores/1/rank", "scores/1/neighbours"]  # fmt: skip


@pytest.mark.parametrize("read", READS)
def test_every_read_tells_apart_what_is_unknown_and_down(race: MemoryGateway, read: str) -> None:
    assert race.get(f"/v1/boards/nope/{read}").get_json()["type"] == "/docs/problems/unknown-board"
    race.boards.available = race.fold.available = False
    assert race.get(f"{RACE}/{read}").status_code == 503


def test_a_player_without_a_play_has_no_neighbours(race: MemoryGateway) -> None:
    answer = race.get(f"{RACE}/players/nobody/neighbours")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/docs/problems/unknown-player")
