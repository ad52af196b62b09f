"""Tops under contention, and how others hear of their changes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, TOP_N, Standing, View
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = make_definition("chess")
VIEW = View("chess", ALL_TIME)


def test_after_any_race_of_readers_and_folds_the_kept_top_is_the_true_one(redis_url: str, stage: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        boards, standings = FirstGeneration(client, stage), RedisStandings(client, stage)
        boards.begin("chess")
        stop = threading.Event()

        def read_on() -> None:
            while not stop.is_set():
                standings.top(VIEW, DEFAULT_OPTIONS)

        with ThreadPoolExecutor(3) as readers:
            reading = [readers.submit(read_on) for _ in range(3)]
            for score in range(150):
                boards.fold([(make_envelope("chess", [make_fact(f"player-{score % 9}", score, NOW)]), CHESS)], NOW)
                body = standings.top(VIEW, DEFAULT_OPTIONS).body
                page = standings.page(VIEW, DEFAULT_OPTIONS, 0, TOP_N)
                assert msgspec.json.decode(body, type=tuple[Standing, ...]) == page.standings
            stop.set()
            assert [each.result() for each in reading] == [None] * 3


def test_a_change_of_a_top_is_announced_with_its_version(
    client: redis.Redis, stage: str, boards: FirstGeneration, standings: RedisStandings
) -> None:
    keyspace = Keyspace(stage)
    boards.begin("chess")
    with client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
        listener.subscribe(keyspace.channel)
        listener.get_message(timeout=5)
        boards.fold([(make_envelope("chess", [make_fact("ann", 1, NOW)]), CHESS)], NOW)
        heard: list[bytes] = []
        deadline = time.monotonic() + 5
        while len(heard) < 4 and time.monotonic() < deadline:
            if message := listener.get_message(timeout=1):
                heard.append(message["data"])
    version = standings.top(VIEW, DEFAULT_OPTIONS).version
    assert len(heard) == 4
    assert b"%d %s" % (version, keyspace.of(VIEW).top) in heard
