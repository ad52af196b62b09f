"""Hot tops over a real subscription: heard at once, lost with it, and seldom asked for."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import redis
from redis.cluster import RedisCluster

from ledgerboard_boards import (
    RedisStandings,
)
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, TOP_N, View
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.settings import RedisSettings
from ledgerboard_infra.valkey import make_redis
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.relay import Relay
from tests.integration.boards.watched_tops import CHESS, Watched, fold, hot_tops


def shows(hot: Watched, score: int) -> bool:
    return b'"score":%d,' % score in hot.top(CHESS, DEFAULT_OPTIONS).body


def asked_for(hot: Watched, reads: int) -> int:
    before = hot.asked
    for _ in range(reads):
        hot.top(CHESS, DEFAULT_OPTIONS)
    return hot.asked - before


def test_only_changes_of_the_top_are_asked_for(client: redis.Redis, stage: str, boards: FirstGeneration) -> None:
    for place in range(TOP_N):
        fold(boards, f"player-{place}", 1000 + place)
    with hot_tops(client, client, stage) as hot:
        started = datetime.now(UTC)
        for change in range(5):
            fold(boards, "leader", 5000 + change)
            eventually(partial(shows, hot, 5000 + change), what="the change")
            for below in range(20):
                fold(boards, f"low-{change}-{below}", below)
                assert asked_for(hot, 50) <= 1 + (datetime.now(UTC) - started).total_seconds()
        seconds = (datetime.now(UTC) - started).total_seconds()
        assert hot.asked <= 2 * 5 + seconds + 1, "of more than 5,000 reads"


def test_while_the_subscription_is_cut_every_read_asks_and_after_it_none_is_old(
    client: redis.Redis, redis_url: str, stage: str, boards: FirstGeneration
) -> None:
    with Relay(client.get_connection_kwargs()["port"]) as relay:
        through = make_redis(RedisSettings(url=relay.through(redis_url)))
        with hot_tops(client, through, stage) as hot:
            fold(boards, "ann", 1)
            eventually(lambda: asked_for(hot, 100) == 0, what="hot reads")
            relay.cut()
            eventually(lambda: hot.events["lost"], what="the loss")
            for score in (2, 3):
                fold(boards, "ann", score)
                assert shows(hot, score)
            assert asked_for(hot, 10) == 10
            relay.mend()
            eventually(lambda: hot.events["connected"] == 2, what="the subscription again")
            assert shows(hot, 3)
            eventually(lambda: asked_for(hot, 100) == 0, what="hot reads again")


def test_a_connection_that_was_mended_silently_is_a_new_one(redis_url: str, stage: str) -> None:
    with redis.Redis.from_url(redis_url) as client, hot_tops(client, client, stage) as hot:
        client.client_kill_filter(_type="pubsub")
        eventually(lambda: hot.events["connected"] == 2, what="the subscription again")


def test_a_server_that_does_not_answer_any_more_is_lost(
    tmp_path: Path, guardian: Guardian, dev_settings: DevSettings
) -> None:
    server = EmbeddedValkey(tmp_path, guardian=guardian, choice=dev_settings.redis, durable=False)
    with server, redis.Redis.from_url(server.url) as client, hot_tops(client, client, "dev") as hot:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            eventually(lambda: hot.events["lost"], what="the loss")
        finally:
            os.kill(server.pid, signal.SIGCONT)
        eventually(lambda: hot.events["connected"] == 2, what="the subscription again")


def test_folds_on_every_primary_of_a_cluster_are_heard(cluster: RedisCluster, stage: str) -> None:
    boards = FirstGeneration(cluster, stage)
    with hot_tops(cluster, cluster, stage) as hot:
        for number in range(12):
            fold(boards, "ann", 1, f"board-{number}")
        keys = {Keyspace(stage).of(View(f"board-{number}", ALL_TIME)).top for number in range(12)}
        eventually(lambda: keys <= set(hot.versions), what="every board's announcement")


def test_no_reader_ever_gets_a_version_older_than_announced(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    readers = 4
    boards.begin("chess")
    key = Keyspace(stage).of(CHESS).top
    with hot_tops(client, client, stage) as hot, ThreadPoolExecutor(readers) as pool:
        folding = True

        def read_on() -> int:
            reads = 0
            while folding:
                least = hot.versions[key]
                assert hot.top(CHESS, DEFAULT_OPTIONS).version >= least
                reads += 1
            return reads

        reading = [pool.submit(read_on) for _ in range(readers)]
        for score in range(300):
            fold(boards, f"player-{score % 7}", score)
        folding = False
        assert all(each.result() > 0 for each in reading)
        truth = RedisStandings(client, stage).top(CHESS, DEFAULT_OPTIONS)
        eventually(lambda: hot.top(CHESS, DEFAULT_OPTIONS) == truth, what="the newest top")
