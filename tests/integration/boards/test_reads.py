"""Pages and standings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, View
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)


@pytest.fixture
def _five_players(boards: FirstGeneration) -> None:
    facts = [make_fact(f"player-{rank}", 100 - rank, NOW) for rank in range(5)]
    boards.fold([(make_envelope("chess", facts), make_definition("chess"))], NOW)


@pytest.mark.usefixtures("_five_players")
@pytest.mark.parametrize(
    ("start", "stop", "ranks"), [(0, 2, [0, 1]), (3, 9, [3, 4]), (5, 9, []), (0, 0, []), (2, 1, []), (4, 5, [4])]
)
def test_a_page_is_half_open_and_never_more_than_asked_for(
    standings: RedisStandings, start: int, stop: int, ranks: list[int]
) -> None:
    page = standings.page(CHESS, DEFAULT_OPTIONS, start, stop)
    assert [each.rank for each in page.standings] == ranks
    assert page.total == 5


def test_a_negative_start_is_refused(standings: RedisStandings) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        standings.page(CHESS, DEFAULT_OPTIONS, -1, 5)


def test_an_unknown_board_reads_as_empty(standings: RedisStandings) -> None:
    view = replace(CHESS, generation=0)
    page = standings.page(view, DEFAULT_OPTIONS, 0, 10)
    assert (page.standings, page.total) == ((), 0)
    assert standings.standing(view, DEFAULT_OPTIONS, "ann") is None
    top = standings.top(view, DEFAULT_OPTIONS)
    assert (top.version, top.body, top.total) == (0, b"[]", 0)


@pytest.mark.usefixtures("_five_players")
def test_an_unknown_player_has_no_standing_and_the_leader_has_rank_0(standings: RedisStandings) -> None:
    assert standings.standing(CHESS, DEFAULT_OPTIONS, "nobody") is None
    leader = standings.standing(CHESS, DEFAULT_OPTIONS, "player-0")
    assert leader is not None
    assert (leader.rank, leader.position, leader.score, leader.achieved_at) == (0, 1, 100, NOW)


def test_two_stages_on_one_server_never_meet(client: redis.Redis, stage: str) -> None:
    definition = make_definition("chess")
    for name, score in ((f"{stage}-a", 1), (f"{stage}-b", 2)):
        FirstGeneration(client, name).fold([(make_envelope("chess", [make_fact("ann", score, NOW)]), definition)], NOW)
    for name, score in ((f"{stage}-a", 1), (f"{stage}-b", 2)):
        page = RedisStandings(client, name).page(CHESS, DEFAULT_OPTIONS, 0, 10)
        assert [each.score for each in page.standings] == [score]


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with make_redis(RedisSettings(url="redis://127.0.0.1:1")) as nobody:
        with pytest.raises(UnavailableError):
            RedisStandings(nobody, "dev").page(CHESS, DEFAULT_OPTIONS, 0, 10)
        envelope = make_envelope("chess", [make_fact("ann", 1, NOW - timedelta(days=1))])
        with pytest.raises(UnavailableError):
            FirstGeneration(nobody, "dev").fold([(envelope, make_definition("chess"))], NOW)
