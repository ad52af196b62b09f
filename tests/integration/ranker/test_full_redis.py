"""Redis is full: the ranker holds what it has, a rebuild makes room for itself, and nothing is lost."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import ALL_TIME, BoardOptions, FactsMessage, Order, View, wire
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Generation
from ledgerboard_ranker.rebuilder.renewing import Loss
from ledgerboard_ranker.rebuilder.swapping import Swap
from ledgerboard_testkit.plays import best_standings, make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.queues import RealQueue
from tests.integration.ranker.forgetful import scene_on, shows
from tests.integration.ranker.rebuild_scene import Scene

NOW = datetime.now(UTC)
CHESS = View("chess", ALL_TIME)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory, guardian: Guardian, dev_settings: DevSettings) -> Iterator[str]:
    """A server of this module's own, since it gets full."""
    home = tmp_path_factory.mktemp("valkey")
    with EmbeddedValkey(home, guardian=guardian, choice=dev_settings.redis, durable=False) as server:
        yield server.url


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")


@pytest.fixture
def scene(client: redis.Redis, redis_url: str, postgres_url: str) -> Iterator[Scene]:
    assert client.ping()
    with scene_on(redis_url, postgres_url) as scene:
        yield scene


def ask(environment: Mapping[str, str], path: str) -> str:
    """What the ops server says, whatever its status; nothing while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['LEDGERBOARD_OPS_PORT']}{path}", timeout=5) as got:
            answer: bytes = got.read()
            return answer.decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return ""


def checks(environment: Mapping[str, str]) -> Mapping[str, str]:
    answer = ask(environment, "/readyz")
    told: Mapping[str, str] = json.loads(answer)["checks"] if answer else {}
    return told


def test_a_ranker_holds_its_batch_while_redis_is_full_and_goes_on_when_there_is_room(
    ranker: subprocess.Popen[bytes],
    environment: Mapping[str, str],
    queue: RealQueue,
    client: redis.Redis,
    stage: str,
) -> None:
    standings, options = RedisStandings(client, stage), BoardOptions(order=Order.DESC)
    facts = [make_fact(f"player-{number}", number, NOW) for number in range(9)]
    queue.send(wire.encode(FactsMessage(envelopes=(make_envelope("chess", facts[:5]),))))
    eventually(queue.is_empty, within_seconds=30, what="an empty queue")
    assert checks(environment)["maxmemory-policy"] == "ok"
    client.config_set("maxmemory", 1)
    queue.send(wire.encode(FactsMessage(envelopes=(make_envelope("chess", facts[5:]),))))
    eventually(lambda: "stream_holds_total" in ask(environment, "/metrics"), what="a hold")
    eventually(lambda: _holds(ask(environment, "/metrics")) > 2, what="some tries")
    assert standings.page(CHESS, options, 0, 99).standings == best_standings(facts[:5], Order.DESC, ALL_TIME)
    client.config_set("maxmemory", 0)
    eventually(queue.is_empty, within_seconds=30, what="an empty queue")
    assert standings.page(CHESS, options, 0, 99).standings == best_standings(facts, Order.DESC, ALL_TIME)
    assert queue.dead_letters() == {}
    assert ranker.poll() is None


def test_a_ranker_is_not_ready_for_a_redis_that_evicts(
    ranker: subprocess.Popen[bytes], environment: Mapping[str, str], client: redis.Redis
) -> None:
    eventually(lambda: '"ready"' in ask(environment, "/readyz"), within_seconds=30, what="readiness")
    client.config_set("maxmemory-policy", "allkeys-lru")
    eventually(lambda: checks(environment)["maxmemory-policy"] == "MisconfiguredError", what="a refusal")
    assert '"not ready"' in ask(environment, "/readyz")
    client.config_set("maxmemory-policy", "noeviction")
    eventually(lambda: '"ready"' in ask(environment, "/readyz"), what="readiness")
    assert ranker.poll() is None


def test_a_finished_rebuild_frees_what_it_took(scene: Scene) -> None:
    board, facts = scene.board(), many_plays()
    scene.play(board, facts)
    scene.request(board)

    class LastMoment(Swap):
        """The server is full just when the new generation is complete."""

        def finish(self, row: Generation) -> None:
            scene.client.config_set("maxmemory", 1)
            super().finish(row)

    swap = LastMoment(scene.generations, scene.states, scene.boards, scene.touches)
    scene.rebuilder(swap=swap).rebuild_next(lambda: False)
    assert shows(scene, board, facts, BoardOptions())
    assert scene.keys(board, 1) == set()


def test_a_board_in_doubt_is_built_anew_where_there_is_no_room_for_two(scene: Scene) -> None:
    board, facts = scene.board(), many_plays()
    before: Any = scene.client.info("memory")
    scene.play(board, facts)
    after: Any = scene.client.info("memory")
    size = after["used_memory"] - before["used_memory"]
    assert size > 1_000_000
    scene.client.config_set("maxmemory", after["used_memory"] + size // 3)
    scene.renewal.renew(board, Loss.SUSPECT)

    def is_built() -> bool:
        with suppress(UnavailableError):  # What is deleted is freed a moment later.
            scene.rebuild_all()
        return shows(scene, board, facts, BoardOptions())

    eventually(is_built, what="the new generation")


def many_plays() -> list[Any]:
    return [make_fact(f"player-{number}", number, datetime.now(UTC)) for number in range(2000)]


def _holds(metrics: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in metrics.splitlines() if line.startswith("stream_holds_total"))
