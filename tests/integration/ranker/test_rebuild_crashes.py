"""A rebuilder dies at any step, and another one finishes exactly."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from ledgerboard_boards import FoldOrder, FoldResult, RedisBoards, Refusal
from ledgerboard_contracts import BoardOptions, CorrectionKind, Policy
from ledgerboard_dev.probes import free_port
from ledgerboard_ledger import GenerationStage, Replay
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.rebuild_scene import LEASE_SECONDS, Scene, expected, plays

POLICIES = [BoardOptions(policy=policy) for policy in (Policy.BEST, Policy.TOTAL)]


class DeathError(Exception):
    """The process is no more."""


class MortalBoards(RedisBoards):
    """Dies once, at the step that is named, after having done it: nothing that follows happens."""

    def __init__(self, scene: Scene, step: str, after: int) -> None:
        super().__init__(scene.client, scene.stage)
        self._step = step
        self._left = after

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Refusal]:
        results = super().fold(orders, now)
        self._die("fold")
        return results

    def drop(self, board: str, generation: int, limit: int) -> bool:
        done = super().drop(board, generation, 1 if self._step == "drop" else limit)
        self._die("drop")
        return done

    def _die(self, step: str) -> None:
        if step == self._step:
            self._left -= 1
            if not self._left:
                raise DeathError


@pytest.fixture(scope="module")
def database(fresh_database: str) -> str:
    return fresh_database


@pytest.fixture(scope="module")
def scene(redis_url: str, database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, database, f"test-{uuid4().hex[:12]}")
    scene.watcher().look()  # Whoever looked at it first would build anew what was written to before.
    yield scene
    scene.close()


@pytest.mark.parametrize("options", POLICIES, ids=lambda options: options.policy.value)
@pytest.mark.parametrize(("step", "after"), [("fold", 1), ("fold", 3), ("fold", 6), ("drop", 1), ("drop", 3)])
def test_whoever_comes_after_the_lease_goes_on_and_counts_nothing_twice(
    scene: Scene, options: BoardOptions, step: str, after: int
) -> None:
    board, facts = scene.board(policy=options.policy), plays(300)
    scene.play(board, facts)
    row = scene.request(board)
    with pytest.raises(DeathError):
        scene.rebuilder(boards=MortalBoards(scene, step, after)).rebuild_next(lambda: False)
    more = plays(30, seed=3)
    scene.play(board, more)
    scene.correct(CorrectionKind.VOID, board=board, player=facts[0].player, event_id=facts[0].event_id)
    assert scene.rebuild_all() == []
    eventually(lambda: scene.rebuild_all() == [Outcome.FINISHED], what="the lease to lapse")
    assert scene.shown(board, options) == expected(board, [*facts[1:], *more], options)
    live = scene.generations.live(board)
    assert live is not None
    assert live.number == row.number
    assert scene.keys(board, 1) == set()


def test_two_at_the_same_generation_do_each_other_no_harm(scene: Scene) -> None:
    options = BoardOptions(policy=Policy.TOTAL)
    board, facts = scene.board(policy=Policy.TOTAL), plays(300)
    scene.play(board, facts)
    scene.request(board)
    others: list[Outcome] = []

    def overtaken() -> bool:
        if not others:
            others.extend(eventually(scene.rebuild_all, what="the lease to lapse"))
        return False

    assert scene.rebuilder().rebuild_next(overtaken) in {Outcome.TAKEN, Outcome.FINISHED}
    assert others == [Outcome.FINISHED]
    assert scene.shown(board, options) == expected(board, facts, options)


def test_counting_that_takes_longer_than_the_lease_keeps_it(scene: Scene) -> None:
    board, facts, others = scene.board(), plays(300), list[Outcome | None]()
    scene.play(board, facts)
    scene.request(board)

    class GreatLedger(Replay):
        """A count of it takes long, and meanwhile another rebuilder asks for work."""

        def count(self, board: str, snapshot: str) -> int:
            time.sleep(2 * LEASE_SECONDS)
            others.append(scene.rebuilder().rebuild_next(lambda: False))
            return super().count(board, snapshot)

    assert scene.rebuilder(ledger=GreatLedger(scene.engine)).rebuild_next(lambda: False) is Outcome.FINISHED
    assert others == [None]
    assert scene.shown(board, BoardOptions()) == expected(board, facts, BoardOptions())


@pytest.mark.slow
@pytest.mark.parametrize("options", POLICIES, ids=lambda options: options.policy.value)
def test_kill_9_in_the_middle_of_a_rebuild_and_another_process_finishes_it(
    scene: Scene, redis_url: str, database: str, tmp_path: Path, options: BoardOptions
) -> None:
    board, facts = scene.board(policy=options.policy), plays(60_000, players=5_000)
    for at in range(0, len(facts), 5_000):
        scene.play(board, facts[at : at + 5_000])
    row = scene.request(board)

    def process() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, "LEDGERBOARD_STAGE": scene.stage, "LEDGERBOARD_REDIS_URL": redis_url,
            "LEDGERBOARD_DATABASE_URL": database, "LEDGERBOARD_OPS_PORT": str(free_port()),
            "LEDGERBOARD_REBUILD_LEASE_SECONDS": "1",
        }  # fmt: skip
        with (tmp_path / f"{uuid4()}.log").open("wb") as log:
            command = [sys.executable, "-m", "ledgerboard_ranker", "rebuild"]
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def state() -> tuple[GenerationStage, int]:
        known = scene.generations.get(board, row.number)
        assert known is not None
        return known.state, known.facts_folded

    victim = process()
    try:
        eventually(lambda: state()[1] > 0, within_seconds=60, what="a page folded")
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    stage, folded = state()
    assert stage is GenerationStage.BUILDING
    assert 0 < folded < len(facts)
    heir = process()
    try:
        eventually(lambda: state()[0] is GenerationStage.LIVE, within_seconds=60, what="the rebuild's end")
        heir.send_signal(signal.SIGTERM)
        assert heir.wait(30) == 0
    finally:
        heir.kill()
        heir.wait()
    assert scene.shown(board, options) == expected(board, facts, options)
