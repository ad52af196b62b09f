"""Valkey starts from older data: what was written since is drawn from the ledger again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerboard_contracts import BoardOptions, CorrectionKind, Policy
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.forgetful import ForgetfulValkey, running_valkey, scene_on, shows, watched
from tests.integration.ranker.rebuild_scene import Scene, expected, plays

POLICIES = [BoardOptions(policy=policy) for policy in (Policy.BEST, Policy.TOTAL)]


@pytest.fixture
def valkey(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[ForgetfulValkey]:
    with running_valkey(tmp_path / "valkey", guardian, dev_settings) as server:
        yield server


@pytest.fixture
def scene(valkey: ForgetfulValkey, postgres_url: str) -> Iterator[Scene]:
    with scene_on(valkey.url, postgres_url) as scene:
        yield scene


@pytest.mark.parametrize("options", POLICIES, ids=lambda options: options.policy.value)
def test_a_restart_from_older_data_heals_what_was_written_since(
    scene: Scene, valkey: ForgetfulValkey, options: BoardOptions
) -> None:
    board, facts = scene.board(policy=options.policy), plays(100)
    scene.play(board, facts)
    with watched(scene):
        eventually(lambda: scene.client.keys("ledgerboard/*/beats/*"), what="a beat")
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
    scene.pass_time(board=boards[0])
    scene.client.save()
    valkey.kill()
    valkey.start()
    scene.watcher().look()
    scene.rebuild_all()
    numbers = [live.number for board in boards if (live := scene.generations.live(board))]
    assert numbers == [1, 2]


def test_a_correction_of_a_quiet_board_that_older_data_lacks_is_made_again(
    scene: Scene, valkey: ForgetfulValkey
) -> None:
    options, facts = BoardOptions(), plays(20)
    board = scene.board()
    scene.play(board, facts)
    scene.pass_time()
    scene.watcher().look()
    scene.client.save()
    scene.correct(CorrectionKind.VOID, board=board, player=facts[0].player, event_id=facts[0].event_id)
    assert scene.shown(board, options) == expected(board, facts[1:], options)
    valkey.kill()
    valkey.start()
    assert scene.shown(board, options) == expected(board, facts, options)
    scene.watcher().look()
    scene.rebuild_all()
    assert scene.shown(board, options) == expected(board, facts[1:], options)
