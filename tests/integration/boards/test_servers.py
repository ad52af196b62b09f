"""The boards do not depend on the server's locale, and run on a cluster."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import ALL_TIME, DEFAULT_OPTIONS, Order, View
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian, Program
from ledgerboard_dev.settings import DevSettings
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import best_standings, make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
CHESS = make_definition("chess")
VIEW = View("chess", ALL_TIME)


class OddValkey(EmbeddedValkey):
    """A server with options and an environment of its own."""

    options: Sequence[str] = ()
    environment: Mapping[str, str] = {}

    def _program(self) -> Program:
        program = super()._program()
        return replace(program, argv=[*program.argv, *self.options], environment=self.environment)


@contextmanager
def running(server: OddValkey) -> Iterator[redis.Redis]:
    with server, redis.Redis.from_url(server.url) as client:
        yield client


@pytest.fixture
def odd_valkey(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> OddValkey:
    return OddValkey(tmp_path / "valkey", guardian=guardian, choice=dev_settings.redis, durable=False)


@pytest.fixture
def locale(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a locale that does not compare by bytes, made here because few machines have one."""
    compiler = shutil.which("localedef")
    if compiler is None:
        pytest.skip("localedef is missing, so there is no locale to test with")
    made = tmp_path / "locales" / "en_US.UTF-8"
    made.parent.mkdir()
    command = [compiler, "-i", "en_US", "-f", "UTF-8", "--no-archive", str(made)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("the sources of locales are missing, so there is no locale to test with")
    return {"LOCPATH": str(made.parent), "LC_ALL": "en_US.UTF-8"}


def test_equal_scores_rank_by_bytes_whatever_the_locale(odd_valkey: OddValkey, locale: Mapping[str, str]) -> None:
    odd_valkey.environment = locale
    moments = [NOW - timedelta(microseconds=step * 37) for step in range(300)]
    facts = [make_fact("ann", 5, moment) for moment in [*moments[::2], *reversed(moments[1::2])]]
    with running(odd_valkey) as client:
        assert client.eval("return {'a' < 'B'}", 0) == [1], "the locale is not in effect"
        boards, standings = FirstGeneration(client, "dev"), RedisStandings(client, "dev")
        for fact in facts:
            boards.fold([(make_envelope("chess", [fact]), CHESS)], NOW)
        boards.fold([(make_envelope("race", facts), make_definition("race"))], NOW)
        expected = best_standings(facts, Order.DESC, ALL_TIME)
        assert standings.page(VIEW, DEFAULT_OPTIONS, 0, 10).standings == expected
        assert standings.page(View("race", ALL_TIME), DEFAULT_OPTIONS, 0, 10).standings == expected


def test_a_cluster_finds_every_key_of_a_call_declared_and_in_one_slot(odd_valkey: OddValkey) -> None:
    odd_valkey.options = ["--cluster-enabled", "yes"]
    with running(odd_valkey) as client:
        client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)  # type: ignore[no-untyped-call]
        deadline = time.monotonic() + 10
        while b"cluster_state:ok" not in _cluster_info(client):
            assert time.monotonic() < deadline
        boards, standings = FirstGeneration(client, "dev"), RedisStandings(client, "dev")
        boards.fold([(make_envelope("chess", [make_fact("ann", 5, NOW)]), CHESS)], NOW)
        standing = standings.standing(VIEW, DEFAULT_OPTIONS, "ann")
        assert standing is not None
        assert standing.score == 5
        assert [standings.top(VIEW, DEFAULT_OPTIONS).total for _ in range(2)] == [1, 1]


def _cluster_info(client: redis.Redis) -> bytes:
    """The raw answer; redis-py would parse it."""
    answer: bytes = client.eval("return redis.call('CLUSTER', 'INFO')", 0)
    return answer
