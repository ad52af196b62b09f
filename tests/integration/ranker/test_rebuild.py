"""A board is built anew from the ledger while it is played and read."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ledgerboard_boards import MovedError
from ledgerboard_contracts import ALL_TIME, BoardOptions, CorrectionKind, Order, Policy, View
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ranker.openings import Openings
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_testkit.plays import make_envelope
from tests.integration.ranker.rebuild_scene import EVERY_POLICY, Scene, expected, plays


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
    """A process that stands still for ten seconds between two looks at the clock."""

    def __init__(self) -> None:
        self._looks = 0

    def now(self) -> datetime:
        self._looks += 1
        return datetime.now(UTC) + timedelta(seconds=10 * (self._looks - 1))


def test_a_reset_whose_generation_came_too_late_is_not_forgotten(scene: Scene) -> None:
    options, facts = BoardOptions(), plays(20)
    board = scene.board()
    scene.play(board, facts)
    scene.correct(CorrectionKind.RESET, board=board)
    slow = Openings(scene.states, scene.generations, scene.restatements, StandingStill())
    with pytest.raises(UnavailableError):
        scene.rebuilder(openings=slow).rebuild_next(lambda: False)
    assert scene.rebuild_all() == [Outcome.FINISHED]
    assert scene.shown(board, options) == ()
    more = plays(20, seed=3)
    scene.play(board, more)
    assert scene.shown(board, options) == expected(board, more, options)
