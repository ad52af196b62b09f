"""A board is built anew from the ledger while it is played and read."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest

from ledgerboard_boards import MovedError
from ledgerboard_contracts import ALL_TIME, BoardOptions, CorrectionKind, Order, Policy, View
from ledgerboard_ranker.clocks import CALL_TIME, Moment
from ledgerboard_ranker.openings import Openings
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_testkit.plays import make_envelope
from tests.integration.ranker.rebuild_scene import EVERY_POLICY, Scene, expected, plays

if TYPE_CHECKING:
    from ledgerboard_ranker.clocks import StoreClocks


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


@pytest.mark.parametrize("options", EVERY_POLICY, ids=lambda options: options.policy.value)
def test_the_new_generation_shows_the_fold_of_the_ledger_and_nothing_is_left_of_the_old(
    scene: Scene, options: BoardOptions
) -> None:
    board, facts = scene.board(policy=options.policy), plays(300)
    for at in range(0, 300, 60):
        scene.play(board, facts[at : at + 60])
    assert scene.shown(board, options) == expected(board, facts, options)
    scene.request(board)
    assert scene.rebuild_all() == [Outcome.FINISHED]
    live = scene.states.lives(board)
    assert live is not None
    assert live.generation == 2
    assert scene.shown(board, options) == expected(board, facts, options)
    assert scene.keys(board, 1) == set()
    more = plays(60, seed=11)
    scene.play(board, more)
    assert scene.shown(board, options) == expected(board, [*facts, *more], options)
    states = [row.state.value for row in scene.generations.list(board)]
    assert states == ["live", "dropped"]


@pytest.mark.parametrize("options", EVERY_POLICY, ids=lambda options: options.policy.value)
def test_what_is_played_corrected_and_recorded_late_meanwhile_counts_exactly(
    scene: Scene, options: BoardOptions
) -> None:
    board, facts = scene.board(policy=options.policy), plays(300)
    scene.play(board, facts)
    folded_before, recorded_before, more = plays(40, seed=3), plays(40, seed=13), plays(80, seed=5)
    early, slow = make_envelope(board, folded_before), make_envelope(board, recorded_before)
    scene.fold(early)
    scene.record(slow)
    row, voided = scene.request(board), facts[17]
    pages = 0

    def meanwhile() -> bool:
        nonlocal pages
        pages += 1
        if pages == 2:
            scene.record(early)
            scene.fold(slow, slow)
            scene.correct(CorrectionKind.BAN, player="player-3")
            scene.play(board, more[:40])
        if pages == 4:
            scene.correct(CorrectionKind.VOID, board=board, player=voided.player, event_id=voided.event_id)
            scene.correct(CorrectionKind.UNBAN, player="player-3")
            scene.correct(CorrectionKind.BAN, player="player-5", board=board)
            scene.play(board, more[40:])
            scene.record(early, slow)
        return False

    assert scene.rebuild_all(meanwhile) == [Outcome.FINISHED]
    assert pages >= 6
    assert scene.generations.live(board) == scene.generations.get(board, row.number)
    every = [*facts, *folded_before, *recorded_before, *more]
    counting = [fact for fact in every if fact is not voided and fact.player != "player-5"]
    assert scene.shown(board, options) == expected(board, counting, options)


def test_readers_see_the_whole_board_at_every_moment(scene: Scene) -> None:
    options = BoardOptions()
    board, facts = scene.board(), plays(400)
    scene.play(board, facts)
    whole, seen, done = expected(board, facts, options), set[int](), threading.Event()

    def read() -> None:
        while not done.is_set():
            live = scene.states.lives(board)
            assert live is not None
            try:
                view = View(board, ALL_TIME, generation=live.generation)
                assert scene.standings.page(view, options, 0, 1000).standings == whole
                seen.add(live.generation)
            except MovedError:
                continue

    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            read()
        except BaseException as error:
            failures.append(error)
            raise

    reader = threading.Thread(target=guarded)
    reader.start()
    for _ in range(3):
        scene.request(board)
        assert scene.rebuild_all() == [Outcome.FINISHED]
    done.set()
    reader.join(10)
    assert not failures
    assert len(seen) >= 2


def test_another_definition_takes_effect_with_its_generation(scene: Scene) -> None:
    board, facts = scene.board(policy=Policy.BEST), plays(200)
    scene.play(board, facts)
    after = BoardOptions(policy=Policy.TOTAL, order=Order.ASC, time_zone="Asia/Tokyo")
    definition, made = scene.definitions.define(board, after)[:2]
    assert made
    assert scene.shown(board, BoardOptions()) == expected(board, facts, BoardOptions())
    if not any(row.state.value == "requested" for row in scene.generations.list(board)):
        scene.request(board, definition.version)
    assert Outcome.FINISHED in scene.rebuild_all()
    live = scene.states.lives(board)
    assert live is not None
    assert live.board_version == definition.version
    assert scene.shown(board, after) == expected(board, facts, after)
    more = plays(40, seed=3)
    scene.play(board, more, version=1)
    assert scene.shown(board, after) == expected(board, [*facts, *more], after)


class StandingStill:
    """The clocks of a process that stands still after it took the time, as often as it is told."""

    def __init__(self, scene: Scene, times: int) -> None:
        self._scene, self._times, self.looks = scene, times, 0

    def moment(self, board: str) -> Moment:
        taken = self._scene.clocks.moment(board)
        self.looks += 1
        return replace(taken, drawn_at=taken.drawn_at - CALL_TIME) if self.looks <= self._times else taken


def test_a_generation_that_comes_too_late_is_not_opened_and_the_next_attempt_takes_the_time_again(
    scene: Scene,
) -> None:
    options, facts = BoardOptions(), plays(20)
    board = scene.board()
    scene.play(board, facts)
    scene.correct(CorrectionKind.RESET, board=board)
    clocks = StandingStill(scene, 2)
    slow = Openings(scene.states, scene.generations, scene.restatements, cast("StoreClocks", clocks))
    assert scene.rebuilder(openings=slow).rebuild_next(lambda: False) is Outcome.FINISHED
    assert clocks.looks == 3
    assert scene.shown(board, options) == ()
    more = plays(20, seed=3)
    scene.play(board, more)
    assert scene.shown(board, options) == expected(board, more, options)
