"""Redis loses data, and the boards are exact again without a hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledgerboard_contracts import BoardOptions, Fact
from ledgerboard_dev.processes import Guardian
from ledgerboard_dev.settings import DevSettings
from ledgerboard_ledger import GenerationStage
from ledgerboard_ranker.rebuilder.renewing import Loss
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.forgetful import ForgetfulValkey, running_valkey, scene_on, shows, watched
from tests.integration.ranker.rebuild_scene import EVERY_POLICY, Scene, expected, plays


@pytest.fixture
def valkey(tmp_path: Path, guardian: Guardian, dev_settings: DevSettings) -> Iterator[ForgetfulValkey]:
    with running_valkey(tmp_path / "valkey", guardian, dev_settings) as server:
        yield server


@pytest.fixture
def scene(valkey: ForgetfulValkey, postgres_url: str) -> Iterator[Scene]:
    with scene_on(valkey.url, postgres_url) as scene:
        yield scene


@pytest.mark.parametrize("options", EVERY_POLICY, ids=lambda options: options.policy.value)
def test_a_flush_under_load_heals_without_a_hand(scene: Scene, options: BoardOptions) -> None:
    board, quiet = scene.board(policy=options.policy), scene.board(policy=options.policy)
    facts, silent = list[Fact](), plays(60)
    scene.play(quiet, silent)
    with watched(scene):
        eventually(lambda: scene.client.keys("ledgerboard/*/beats/*"), what="a beat")
        for number in range(30):
            batch = plays(20, seed=2 * number + 3)
            facts += batch
            scene.play(board, batch)
            if number in {9, 10, 20}:
                scene.client.flushall()
        eventually(lambda: shows(scene, board, facts, options), within_seconds=30, what="the fold")
        eventually(lambda: shows(scene, quiet, silent, options), within_seconds=30, what="the quiet board's fold")


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


def test_a_dark_board_whose_generation_somebody_gave_up_is_renewed(scene: Scene) -> None:
    options, facts = BoardOptions(), plays(20)
    board = scene.board()
    scene.play(board, facts)
    scene.watcher().look()
    scene.client.delete(*scene.client.keys(f"{{{scene.stage}/{board}}}*"))
    scene.renewal.renew(board, Loss.LOST)
    scene.generations.abandon(board, 2)
    assert scene.rebuild_all() == []
    assert scene.watcher().renew_lost() == 1
    assert scene.watcher().renew_lost() == 0
    scene.rebuild_all()
    assert scene.shown(board, options) == expected(board, facts, options)
