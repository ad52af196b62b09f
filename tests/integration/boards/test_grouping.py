"""Reads that travel together come back each to its own reader, and cost fewer round trips than readers."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import redis

from ledgerboard_boards import GroupedLibrary, RedisStandings, ViewExpiredError
from ledgerboard_boards.library import Unguarded
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, Period, View, span_containing
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from ledgerboard_testkit.polling import eventually

NOW: Final = datetime.now(UTC)
CHESS: Final = View("chess", ALL_TIME)
EXPIRED: Final = View("chess", span_containing(Period.DAY, NOW - timedelta(days=30)))
PLAYERS: Final = 50
READERS: Final = 16


def fill(client: redis.Redis, stage: str) -> RedisStandings:
    facts = [make_fact(f"p{number}", number, NOW) for number in range(PLAYERS)]
    FirstGeneration(client, stage).fold([(make_envelope("chess", facts), make_definition("chess"))], NOW)
    return RedisStandings(client, stage, GroupedLibrary(client, Unguarded()))


def score(standings: RedisStandings, number: int) -> int:
    found = standings.standing(CHESS, DEFAULT_OPTIONS, f"p{number % PLAYERS}")
    assert found is not None
    return found.score


def test_each_reader_gets_its_own_reply_and_its_own_refusal(client: redis.Redis, stage: str) -> None:
    standings = fill(client, stage)

    def read(number: int) -> int:
        if number % 7 == 0:
            with pytest.raises(ViewExpiredError):
                standings.page(EXPIRED, DEFAULT_OPTIONS, 0, 10)
            return number % PLAYERS
        return score(standings, number)

    with ThreadPoolExecutor(READERS) as pool:
        assert list(pool.map(read, range(2000))) == [number % PLAYERS for number in range(2000)]


def test_a_server_that_lost_its_functions_is_given_them_by_whoever_misses_them(client: redis.Redis, stage: str) -> None:
    standings = fill(client, stage)
    with ThreadPoolExecutor(READERS) as pool:
        client.function_flush()
        assert list(pool.map(lambda number: score(standings, number), range(100))) == [
            number % PLAYERS for number in range(100)
        ]


def test_readers_of_a_server_that_hangs_are_all_told_and_it_serves_again_afterwards(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    server = EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis, durable=False)
    with server:
        client: Any = make_redis(RedisSettings(url=server.url, timeout_seconds=0.5))
        standings = fill(client, "dev")
        commands = client.info("stats")["total_reads_processed"]
        with ThreadPoolExecutor(READERS) as pool:
            os.kill(server.pid, signal.SIGSTOP)
            try:
                waiting = [pool.submit(score, standings, number) for number in range(READERS)]
                eventually(lambda: all(each.done() for each in waiting), what="an answer to everybody")
            finally:
                os.kill(server.pid, signal.SIGCONT)
            assert {type(each.exception()) for each in waiting} == {UnavailableError}
            assert score(standings, 3) == 3
        assert client.info("stats")["total_reads_processed"] - commands < READERS, "they travelled together"
        client.close()
