"""A server that is full refuses folds as a whole, answers every read, and lets memory be freed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from ledgerboard_boards import BoardStates, GenerationState, RedisStandings
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, View
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)


@pytest.fixture
def client(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[redis.Redis]:
    with (
        EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis, durable=False) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        yield client


@pytest.fixture
def boards(client: redis.Redis, stage: str) -> FirstGeneration:
    boards = FirstGeneration(client, stage)
    fold(boards, "ann", 1)
    return boards


def fold(boards: FirstGeneration, player: str, score: int) -> None:
    boards.fold([(make_envelope("chess", [make_fact(player, score, NOW)]), make_definition("chess"))], NOW)


def fill(client: redis.Redis) -> None:
    client.config_set("maxmemory", 1)
    with pytest.raises(redis.OutOfMemoryError):
        client.set("one", "more")


def test_a_fold_is_refused_as_a_whole_and_done_once_there_is_room(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    standings = RedisStandings(client, stage)
    before = standings.page(CHESS, DEFAULT_OPTIONS, 0, 9)
    fill(client)
    with pytest.raises(UnavailableError, match="maxmemory"):
        fold(boards, "bob", 2)
    assert standings.page(CHESS, DEFAULT_OPTIONS, 0, 9) == before
    client.config_set("maxmemory", 0)
    fold(boards, "bob", 2)
    assert [each.player for each in standings.page(CHESS, DEFAULT_OPTIONS, 0, 9).standings] == ["bob", "ann"]


def test_a_top_that_cannot_be_kept_is_read_all_the_same(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    standings = RedisStandings(client, stage)
    fold(boards, "bob", 2)
    fill(client)
    top = standings.top(CHESS, DEFAULT_OPTIONS)
    assert top.total == 2
    client.config_set("maxmemory", 0)
    assert standings.top(CHESS, DEFAULT_OPTIONS) == top


def test_another_generation_goes_live_and_the_former_one_goes(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    states = BoardStates(client, stage)
    fill(client)
    assert states.replace("chess", boards.version("chess"), live=2, generations=[GenerationState(2, 1)])
    assert boards.boards.drop("chess", 1, 100)
    assert client.keys(f"*{stage}/chess*:1:*") == []
