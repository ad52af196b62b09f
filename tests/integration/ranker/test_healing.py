"""Redis loses data, and the boards are exact again without a hand: each test has a Valkey of its own to harm."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ledgerboard_boards import MovedError
from ledgerboard_contracts import BoardOptions, Fact, Policy
from ledgerboard_dev.embedded import EmbeddedValkey
from ledgerboard_dev.processes import Guardian, Program
from ledgerboard_dev.settings import DevSettings
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import GenerationStage
from ledgerboard_ranker.rebuilder.renewing import Loss
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.rebuild_scene import EVERY_POLICY, Scene, expected, plays

POLICIES = [BoardOptions(policy=policy) for policy in (Policy.BEST, Policy.TOTAL)]


class ForgetfulValkey(EmbeddedValkey):
    """Writes its data down only when it is told to, so that it starts from what it was then."""

    def _program(self) -> Program:
        program = super()._program()
        return replace(program, argv=[*program.argv, "--appendonly", "no"])


@pytest.fixture
def valkey(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[ForgetfulValkey]:
    server = ForgetfulValkey(tmp_path / "valkey", guardian=guardian, choice=dev_settings.redis, durable=False)
    with server:
        yield server


@pytest.fixture
def scene(valkey: ForgetfulValkey, postgres_url: str) -> Iterator[Scene]:
    """A ledger of its own too: what another test's server lost is not to be healed here."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        scene = Scene(valkey.url, postgres_url.removesuffix("postgres") + name, "test")
        yield scene
        scene.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def watched(scene: Scene) -> Iterator[None]:
    """A watcher and a rebuilder, as their process runs them: an outage is waited out."""
    done, watcher = threading.Event(), scene.watcher()

    def run() -> None:
        while not done.wait(0.05):
            try:
                watcher.look()
                scene.rebuild_all(done.is_set)
            except UnavailableError:
                continue

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(20)


def shows(scene: Scene, board: str, facts: list[Fact], options: BoardOptions) -> bool:
    try:
        return scene.shown(board, options) == expected(board, facts, options)
    except (UnavailableError, MovedError):
        return False


@pytest.mark.parametrize("options", EVERY_POLICY, ids=lambda options: options.policy.value)
def test_a_flush_under_load_heals_without_a_hand(scene: Scene, options: BoardOptions) -> None:
    board, quiet = scene.board(policy=options.policy), scene.board(policy=options.policy)
    facts, silent = list[Fact](), plays(60)
    scene.play(quiet, silent)
    with watched(scene):
        eventually(lambda: scene.client.keys("ledgerboard/*/beat/*"), what="a beat")
        for number in range(30):
            batch = plays(20, seed=2 * number + 3)
            facts += batch
            scene.play(board, batch)
            if number in {9, 10, 20}:
                scene.client.flushall()
        eventually(lambda: shows(scene, board, facts, options), within_seconds=30, what="the fold")
        eventually(lambda: shows(scene, quiet, silent, options), within_seconds=30, what="the quiet board's fold")


@pytest.mark.parametrize("options", POLICIES, ids=lambda options: options.policy.value)
def test_a_restart_from_older_data_heals_what_was_written_since(
    scene: Scene, valkey: ForgetfulValkey, options: BoardOptions
) -> None:
    board, facts = scene.board(policy=options.policy), plays(100)
    scene.play(board, facts)
    with watched(scene):
        eventually(lambda: scene.client.keys("ledgerboard/*/beat/*"), what="a beat")
        scene.client.save()
        more = plays(100, seed=3)
        scene.play(board, more)
        assert shows(scene, board, [*facts, *more], options)
        valkey.kill()
        valkey.start()
        eventually(lambda: shows(scene, board, [*facts, *more], options), within_seconds=30, what="the fold")
    live = scene.generations.live(board)
    assert live is not None
    assert live.number > 1


def test_what_a_swap_left_behind_in_older_data_is_not_taken_for_the_board(
    scene: Scene, valkey: ForgetfulValkey, tmp_path: Path
) -> None:
    options = BoardOptions(policy=Policy.TOTAL)
    board, facts = scene.board(policy=Policy.TOTAL), plays(200)
    scene.play(board, facts)
    scene.watcher().look()
    scene.client.save()
    shutil.copy(valkey.home / "dump.rdb", tmp_path / "older.rdb")
    with scene.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM touched")  # Nobody but the rebuilder has written to it since.
    scene.request(board)
    scene.rebuild_all()
    valkey.kill()
    shutil.copy(tmp_path / "older.rdb", valkey.home / "dump.rdb")
    valkey.start()
    assert scene.states.lives(board) is not None
    scene.watcher().look()
    assert scene.states.lives(board) is None
    scene.rebuild_all()
    assert scene.shown(board, options) == expected(board, facts, options)
    assert scene.keys(board, 1) == scene.keys(board, 2) == set()


def test_a_restart_in_the_middle_of_a_rebuild_loses_no_page_of_it(scene: Scene, valkey: ForgetfulValkey) -> None:
    options = BoardOptions(policy=Policy.TOTAL)
    board, facts = scene.board(policy=Policy.TOTAL), plays(400)
    scene.play(board, facts)
    scene.watcher().look()
    row, pages = scene.request(board), 0

    def restart() -> bool:
        nonlocal pages
        pages += 1
        if pages == 2:
            scene.client.save()
        if pages == 5:
            valkey.kill()
            valkey.start()
            scene.watcher().look()
        return False

    eventually(lambda: scene.rebuild_all(restart) == [], what="nothing left to do")
    assert scene.shown(board, options) == expected(board, facts, options)
    live = scene.generations.live(board)
    assert live is not None
    assert live.number > row.number


def test_a_restart_that_lost_nothing_rebuilds_only_what_was_written_to_lately(
    scene: Scene, valkey: ForgetfulValkey
) -> None:
    facts, boards = plays(20), [scene.board(), scene.board()]
    for board in boards:
        scene.play(board, facts)
    scene.watcher().look()
    with scene.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE touched SET touched_at = touched_at - interval '1 hour' WHERE board = %s", (boards[0],)
        )
    scene.client.save()
    valkey.kill()
    valkey.start()
    scene.watcher().look()
    scene.rebuild_all()
    numbers = [live.number for board in boards if (live := scene.generations.live(board))]
    assert numbers == [1, 2]


def test_a_board_without_a_state_is_renewed_and_a_healthy_redis_is_left_alone(scene: Scene) -> None:
    options, facts = BoardOptions(), plays(50)
    board, other = scene.board(), scene.board()
    scene.play(board, facts)
    scene.play(other, facts)
    watcher = scene.watcher()
    watcher.look()
    scene.rebuild_all()
    before = scene.generations.list()
    for _ in range(3):
        watcher.look()
        assert watcher.renew_lost() == 0
    assert scene.generations.list() == before
    scene.client.delete(*scene.client.keys(f"{{{scene.stage}/{board}}}*"))
    assert watcher.renew_lost() == 1
    scene.rebuild_all()
    assert scene.shown(board, options) == expected(board, facts, options)


def test_what_was_begun_is_given_up_with_the_board_that_it_was_begun_for(scene: Scene) -> None:
    board = scene.board()
    scene.play(board, plays(20))
    row = scene.request(board)
    scene.generations.open(board, row.number)
    scene.renewal.renew(board, Loss.SUSPECT)
    given_up, following = scene.generations.get(board, row.number), scene.generations.get(board, row.number + 1)
    assert given_up is not None
    assert given_up.state is GenerationStage.DROPPED
    assert following is not None
    assert following.state is GenerationStage.BUILDING
    assert scene.states.lives(board) is None
