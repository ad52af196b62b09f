"""Redis loses data in every way that there is, and the boards are exact again without a hand.

Each server is a process of the test's own; the ledger is real. What lies in doubt for 90 s otherwise does so for two.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_contracts import (
    BoardOptions,
    CorrectionKind,
    FactEnvelope,
    Period,
    Policy,
    Standing,
    View,
    span_containing,
)
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_ranker.arrivals import Arrival
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.swapping import Swap
from ledgerboard_ranker.touching import OwedNotes
from ledgerboard_testkit.plays import make_envelope
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.rankings import expected_standings
from ledgerboard_testkit.relay import Relay
from tests.integration.boards.servers import Replicas
from tests.integration.ranker.forgetful import (
    ForgetfulValkey,
    open_doubt,
    running_valkey,
    scene_on,
    settle,
    shows,
)
from tests.integration.ranker.mortals import Fuse
from tests.integration.ranker.rebuild_scene import Scene, held, plays

OPTIONS = BoardOptions(policy=Policy.TOTAL)
WINDOW = timedelta(seconds=2)


@pytest.fixture
def replicas(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[Replicas]:
    with Replicas(tmp_path, guardian, dev_settings) as replicas:
        yield replicas


@pytest.fixture
def valkey(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[ForgetfulValkey]:
    with running_valkey(tmp_path / "valkey", guardian, dev_settings) as server:
        yield server


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Relay]:
    """The way to the ledger, which a test may cut."""
    with Relay.before(postgres_url) as relay:
        yield relay


@pytest.fixture
def scene(valkey: ForgetfulValkey, postgres: Relay, postgres_url: str) -> Iterator[Scene]:
    with scene_on(valkey.url, postgres_url, postgres.through) as scene:
        yield scene


@pytest.fixture
def scenes(replicas: Replicas, postgres_url: str) -> Iterator[tuple[Scene, Scene]]:
    """Two servers that are the same Redis to some, at different times, with one ledger."""
    first, second = replicas.servers
    with scene_on(first.url, postgres_url) as scene, ExitStack() as stack:
        other = Scene(second.url, scene.database_url, scene.stage)
        stack.callback(other.close)
        yield scene, other


def shown_today(scene: Scene, board: str) -> tuple[Standing, ...]:
    live = scene.states.lives(board)
    assert live is not None
    view = View(board, span_containing(Period.DAY, datetime.now(UTC)), generation=live.generation)
    return scene.standings.page(view, OPTIONS, 0, 100_000).standings


def live_number(scene: Scene, board: str) -> int:
    live = scene.generations.live(board)
    assert live is not None
    return live.number


def restart(valkey: ForgetfulValkey) -> None:
    """From what was last saved."""
    valkey.kill()
    valkey.start()


def test_a_fail_over_there_and_back_without_a_restart_is_noticed(
    scenes: tuple[Scene, Scene], replicas: Replicas
) -> None:
    scene, _ = scenes
    first, second = replicas.clients
    board, facts, more = scene.board(policy=Policy.TOTAL), plays(20), plays(20, seed=3)
    replicas.follow(second, first)
    watcher = scene.watcher(window=WINDOW)
    settle(scene, watcher)
    scene.play(board, facts)
    watcher.look()
    replicas.catch_up(second, first)
    replicas.promote(second)  # Without what comes now.
    scene.play(board, more)
    assert shows(scene, board, [*facts, *more], OPTIONS)
    replicas.follow(first, second)
    replicas.promote(first)
    assert shows(scene, board, facts, OPTIONS)
    watcher.look()
    scene.rebuild_all()
    assert shows(scene, board, [*facts, *more], OPTIONS)


def test_a_file_that_is_older_than_the_first_beat_leaves_every_board_in_doubt(
    valkey: ForgetfulValkey, postgres_url: str
) -> None:
    with scene_on(valkey.url, postgres_url, is_watched=False) as scene:
        board, facts, more = scene.board(policy=Policy.TOTAL), plays(20), plays(20, seed=3)
        scene.play(board, facts)
        scene.client.save()
        scene.watcher().look()
        scene.rebuild_all()
        scene.play(board, more)
        scene.pass_time()
        scene.watcher().look()
        restart(valkey)
        assert shows(scene, board, facts, OPTIONS)
        scene.watcher().look()
        scene.rebuild_all()
        assert shows(scene, board, [*facts, *more], OPTIONS)


def test_notes_that_are_owed_while_postgresql_is_away_count_when_it_is_back(
    scene: Scene, valkey: ForgetfulValkey, postgres: Relay
) -> None:
    board, facts, more = scene.board(policy=Policy.TOTAL), plays(20), plays(20, seed=3)
    lost = played_while_away(scene, valkey, postgres, board, (facts, more))
    watcher = scene.watcher(window=WINDOW)
    watcher.look()
    scene.rebuild_all()
    assert shows(scene, board, facts, OPTIONS)  # Nobody can know yet.
    scene.record(lost)
    with OwedNotes(scene.touching, every_seconds=0.02):

        def is_healed() -> bool:
            watcher.look()
            scene.rebuild_all()
            return shows(scene, board, [*facts, *more], OPTIONS)

        eventually(is_healed, what="the owed note")
    assert open_doubt(scene) is not None


def test_notes_that_died_with_their_ranker_are_made_up_for_by_the_ledger(
    scene: Scene, valkey: ForgetfulValkey, postgres: Relay
) -> None:
    board, facts, more = scene.board(policy=Policy.TOTAL), plays(20), plays(20, seed=3)
    lost = played_while_away(scene, valkey, postgres, board, (facts, more))
    scene.record(lost)
    watcher = scene.watcher(window=WINDOW)
    watcher.look()
    assert scene.rebuild_all() == []
    settle(scene, watcher)
    assert shows(scene, board, [*facts, *more], OPTIONS)


def played_while_away(
    scene: Scene, valkey: ForgetfulValkey, postgres: Relay, board: str, facts: tuple[Any, Any]
) -> FactEnvelope:
    """The second facts are played while PostgreSQL is away, and then lost by Redis before it is back."""
    scene.play(board, facts[0])
    scene.pass_time()
    scene.watcher(window=WINDOW).look()
    scene.client.save()
    postgres.cut()
    lost = make_envelope(board, facts[1])
    scene.fold(lost)
    with suppress(UnavailableError):
        scene.watcher(window=WINDOW).look()
    assert shows(scene, board, [*facts[0], *facts[1]], OPTIONS)
    restart(valkey)
    postgres.mend()
    assert shows(scene, board, facts[0], OPTIONS)
    return lost


def test_what_an_old_primary_was_still_given_is_drawn_from_the_ledger(
    scenes: tuple[Scene, Scene], replicas: Replicas
) -> None:
    stale, scene = scenes
    first, second = replicas.clients
    board, facts, more = scene.board(policy=Policy.TOTAL), plays(20), plays(20, seed=3)
    replicas.follow(second, first)
    settle(stale, stale.watcher(window=WINDOW))
    stale.play(board, facts)
    stale.watcher(window=WINDOW).look()
    replicas.catch_up(second, first)
    replicas.promote(second)
    watcher = scene.watcher(window=WINDOW)
    watcher.look()
    scene.rebuild_all()
    assert shows(scene, board, facts, OPTIONS)
    stale.play(board, more)  # A ranker that did not hear of the fail-over.
    assert shows(scene, board, facts, OPTIONS)
    settle(scene, watcher)
    assert shows(scene, board, [*facts, *more], OPTIONS)


def test_evicted_keys_leave_every_board_in_doubt_once_nothing_is_evicted_any_more(scene: Scene) -> None:
    board, facts = evicted_board(scene)
    with pytest.raises(MisconfiguredError, match="maxmemory-policy"):
        scene.watcher().look()
    assert scene.rebuild_all() == []
    scene.client.config_set("maxmemory-policy", "noeviction")
    scene.client.config_set("maxmemory", 0)
    scene.watcher().look()
    scene.rebuild_all()
    assert shown_today(scene, board) == facts


def test_evicted_keys_are_not_forgotten_by_a_restart(scene: Scene, valkey: ForgetfulValkey) -> None:
    board, facts = evicted_board(scene)
    with pytest.raises(MisconfiguredError, match="maxmemory-policy"):
        scene.watcher().look()
    scene.client.save()
    restart(valkey)  # By its command line it evicts nothing.
    assert scene.client.info("stats")["evicted_keys"] == 0
    scene.watcher().look()
    scene.rebuild_all()
    assert shown_today(scene, board) == facts


def evicted_board(scene: Scene) -> tuple[str, tuple[Standing, ...]]:
    """A quiet board that lost its view of today, and what that has to show."""
    board, facts = scene.board(policy=Policy.TOTAL), plays(20)
    scene.play(board, facts)
    scene.pass_time()
    scene.watcher().look()
    view = View(board, span_containing(Period.DAY, datetime.now(UTC)))
    expected = expected_standings(facts, OPTIONS, view)
    assert shown_today(scene, board) == expected
    scene.client.config_set("maxmemory-policy", "volatile-lru")
    scene.client.config_set("maxmemory", 1_000_000)
    with suppress(Exception):
        scene.client.set("filler", "x")
    scene.client.config_set("maxmemory", 100_000_000)
    assert scene.client.info("stats")["evicted_keys"] > 0
    assert shown_today(scene, board) == ()
    return board, expected


class SlowBoards:
    """Whoever first writes through them stands still for minutes before, while a watcher goes on."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._has_stood_still = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if name in {"fold", "restate"} and not self._has_stood_still:
                self._has_stood_still = True
                self._scene.pass_time(timedelta(minutes=4))
                self._scene.watcher().look()
                self._scene.client.save()
            return getattr(self._scene.boards, name)(*arguments)

        return call


def test_a_ranker_that_stood_still_between_noting_and_folding_folds_again(
    scene: Scene, valkey: ForgetfulValkey
) -> None:
    board, facts, more = scene.board(policy=Policy.TOTAL), plays(20), plays(20, seed=3)
    scene.play(board, facts)
    envelope, ranker = make_envelope(board, more), scene.ranker_on(SlowBoards(scene))
    held(lambda: ranker.apply([Arrival(envelope)]))
    scene.record(envelope)
    assert shows(scene, board, [*facts, *more], OPTIONS)
    restart(valkey)
    assert shows(scene, board, facts, OPTIONS)
    scene.watcher().look()
    scene.rebuild_all()
    assert shows(scene, board, [*facts, *more], OPTIONS)


def test_a_ranker_that_stood_still_between_noting_and_restating_restates_again(
    scene: Scene, valkey: ForgetfulValkey
) -> None:
    board, facts = scene.board(policy=Policy.TOTAL), plays(20)
    scene.play(board, facts)
    scene.restating = scene.restating_on(SlowBoards(scene))
    held(lambda: scene.correct(CorrectionKind.VOID, board=board, player=facts[0].player, event_id=facts[0].event_id))
    assert shows(scene, board, facts[1:], OPTIONS)
    restart(valkey)
    assert shows(scene, board, facts, OPTIONS)
    scene.watcher().look()
    scene.rebuild_all()
    assert shows(scene, board, facts[1:], OPTIONS)


def test_a_swap_that_redis_lost_is_missed_though_its_rebuilder_died_once_the_row_said_so(
    scene: Scene, valkey: ForgetfulValkey
) -> None:
    board, facts = scene.board(policy=Policy.TOTAL), plays(20)
    scene.play(board, facts)
    scene.watcher().look()
    scene.client.save()
    scene.pass_time()
    scene.request(board)

    class DyingGenerations:
        def __getattr__(self, name: str) -> Any:
            return getattr(scene.generations, name)

        def finish(self, *arguments: Any) -> None:
            scene.generations.finish(*arguments)
            raise UnavailableError("killed")

    dying: Any = DyingGenerations()
    swap = Swap(dying, scene.states, scene.boards, scene.touches)
    with pytest.raises(UnavailableError, match="killed"):
        scene.rebuilder(swap=swap).rebuild_next(lambda: False)
    assert live_number(scene, board) == 2
    restart(valkey)
    scene.watcher().look()
    scene.rebuild_all()
    lives = scene.states.lives(board)
    assert lives is not None
    assert lives.generation == live_number(scene, board) == 3


def test_a_second_look_waits_for_notes_that_an_outage_held_up(scene: Scene) -> None:
    watcher = scene.watcher(window=WINDOW)
    before = open_doubt(scene)
    assert before is not None
    long_since = """
        UPDATE beats SET beaten_at = beaten_at - interval '1 hour', look_again_at = now() - interval '1 hour'
    """
    with scene.engine.begin() as connection:
        connection.exec_driver_sql(long_since)
    watcher.look()
    put_off = open_doubt(scene)
    assert put_off is not None
    assert put_off.look_again_at > before.noticed_at
    settle(scene, watcher)


def test_what_is_being_built_is_in_doubt_however_many_generations_there_are(
    scene: Scene, valkey: ForgetfulValkey
) -> None:
    board, facts = scene.board(policy=Policy.TOTAL), plays(200)
    scene.play(board, facts)
    scene.watcher().look()
    row = scene.request(board)
    scene.generations.open(board, row.number)
    later = """
        INSERT INTO generations (board, number, board_version, state, reason, author, requested_at, finished_at)
        SELECT 'other-' || n, 1, 1, 'dropped', 'a test', 'test', now() + interval '1 second', now()
        FROM generate_series(1, 1001) AS n
    """
    with scene.engine.begin() as connection:
        connection.exec_driver_sql(later)
    scene.pass_time()
    scene.client.save()
    restart(valkey)
    scene.watcher().look()
    given_up = scene.generations.get(board, row.number)
    assert given_up is not None
    assert given_up.state.value == "dropped"
    scene.rebuild_all()
    assert live_number(scene, board) == row.number + 1
    assert shows(scene, board, facts, OPTIONS)


@pytest.mark.parametrize("calls_to_live", range(1, 19))
def test_a_watcher_that_dies_after_any_of_its_steps_is_followed_by_another(
    valkey: ForgetfulValkey, postgres_url: str, calls_to_live: int
) -> None:
    with scene_on(valkey.url, postgres_url, is_watched=False) as scene:
        played = {scene.board(policy=Policy.TOTAL): plays(20, seed=seed) for seed in (3, 7, 9)}
        later = {board: plays(20, seed=11) for board in played}
        for board, facts in played.items():
            scene.play(board, facts)
        scene.client.save()  # Older than the first beat, so that no note tells which boards are in doubt.
        scene.watcher(window=WINDOW).look()
        scene.rebuild_all()
        for board, facts in later.items():
            scene.play(board, facts)
        scene.pass_time()
        scene.watcher(window=WINDOW).look()
        restart(valkey)
        fuse = Fuse()
        fuse.left = calls_to_live
        parts = {"pulse": scene.pulse(), "beats": scene.beats, "states": scene.states, "touches": scene.touches}
        parts |= {"generations": scene.generations, "renewal": scene.renewal}
        dying = scene.watcher(window=WINDOW, **{name: fuse.through(part) for name, part in parts.items()})
        with suppress(UnavailableError):
            dying.look()
        scene.watcher(window=WINDOW).look()
        scene.rebuild_all()
        for board, facts in played.items():
            assert shows(scene, board, [*facts, *later[board]], OPTIONS)


def test_watchers_that_race_take_none_of_each_other_for_a_loss(scene: Scene) -> None:
    registry, stopped = CollectorRegistry(), threading.Event()
    metrics = RebuilderMetrics(registry)
    board, facts = scene.board(policy=Policy.TOTAL), plays(20)
    scene.play(board, facts)
    looks = list[int]()

    def watch() -> None:
        own = scene.watcher(metrics=metrics)
        while not stopped.is_set():
            own.look()
            looks.append(1)

    watchers = [threading.Thread(target=watch) for _ in range(5)]
    for each in watchers:
        each.start()
    eventually(lambda: len(looks) >= 300, within_seconds=30, what="many looks")
    stopped.set()
    for each in watchers:
        each.join()
    assert registry.get_sample_value("rebuilder_redis_breaks_total") == 0
    assert live_number(scene, board) == 1
