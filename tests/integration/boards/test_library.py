"""The functions find their way onto any server and past each other's versions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, View
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = make_definition("chess")
VIEW = View("chess", ALL_TIME)
OTHER_RELEASE = "#!lua name=ledgerboard_0\nredis.register_function('ledgerboard_fold_0', function() return 'old' end)"


def test_a_server_that_lost_its_functions_is_given_them_again(
    client: redis.Redis, boards: FirstGeneration, standings: RedisStandings
) -> None:
    envelopes = [make_envelope("chess", [make_fact(f"player-{i}", i, NOW)]) for i in range(5)]
    client.function_flush()
    results = boards.fold([(envelope, CHESS) for envelope in envelopes], NOW)
    assert [each.entries_changed for each in results] == [4] * 5
    client.function_flush()
    assert standings.page(VIEW, DEFAULT_OPTIONS, 0, 10).total == 5
    client.function_flush()
    assert standings.standing(VIEW, DEFAULT_OPTIONS, "player-4") is not None
    client.function_flush()
    assert standings.top(VIEW, DEFAULT_OPTIONS).total == 5


def test_releases_run_side_by_side(client: redis.Redis, boards: FirstGeneration, standings: RedisStandings) -> None:
    client.function_load(OTHER_RELEASE, replace=True)
    boards.fold([(make_envelope("chess", [make_fact("ann", 1, NOW)]), CHESS)], NOW)
    assert client.fcall("ledgerboard_fold_0", 0) == b"old"
    assert standings.page(VIEW, DEFAULT_OPTIONS, 0, 10).total == 1


def test_replicas_that_start_together_do_not_trip_over_each_other(client: redis.Redis, stage: str) -> None:
    client.function_flush()

    def fold(number: int) -> int:
        envelope = make_envelope("chess", [make_fact(f"player-{number}", number, NOW)])
        (result,) = FirstGeneration(client, stage).fold([(envelope, CHESS)], NOW)
        return result.entries_changed

    with ThreadPoolExecutor(8) as replicas:
        assert list(replicas.map(fold, range(8))) == [4] * 8


def test_a_call_that_fails_is_told_and_not_taken_for_a_result(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    client.set(f"{{{stage}/chess}}:entries:1:all:board", "not a sorted set")
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        boards.fold([(make_envelope("chess", [make_fact("ann", 1, NOW)]), CHESS)], NOW)
