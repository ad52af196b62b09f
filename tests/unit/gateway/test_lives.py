"""What is live is found out once, found out anew when it moved, and never guessed."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import CollectorRegistry

from ledgerboard_boards import MovedError
from ledgerboard_contracts import ALL_TIME, BoardOptions, View, level_scope
from ledgerboard_gateway.fallback import Asked, FallbackBoards
from ledgerboard_gateway.lives import NOT_PROJECTED, Lives, LostBoardError, MovingBoardError
from ledgerboard_gateway.metrics import GatewayMetrics
from ledgerboard_gateway.views import ALL_TIME_OF_BOARD, LiveBoard, UnknownBoardError, UnknownViewError, Views, Wanted
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_testkit.memory import FixedClock, MemoryRecord
from ledgerboard_testkit.polling import eventually
from tests.unit.gateway.memory_boards import MemoryBoards, MemoryGenerations


class Scene:
    """One board in its first generation."""

    def __init__(self) -> None:
        self.record, self.generations = MemoryRecord(), MemoryGenerations()
        self.boards = MemoryBoards(FixedClock(), self.generations)
        self.lives = Lives(self.boards, self.generations, self.record, self.record)
        self.record.ensure("race")
        self.boards.go_live("race", 1, 1)

    def generation(self) -> int:
        return self.lives.read(["race"], lambda lives: lives[0].generation)

    def read(self) -> int:
        """The generation that a read succeeds with."""

        def ask(lives: Sequence[LiveBoard]) -> int:
            (live,) = lives
            if live.generation != self.boards.states["race"].number:
                raise MovedError(View("race", ALL_TIME, generation=live.generation))
            return live.generation

        return self.lives.read(["race"], ask)


def test_it_asks_once_and_again_only_when_a_read_was_refused() -> None:
    scene = Scene()
    assert [scene.read() for _ in range(5)] == [1] * 5
    assert scene.boards.asked_for_lives == 1
    scene.boards.go_live("race", 2, 1)
    assert scene.generation() == 1, "nobody was refused yet"
    assert [scene.read() for _ in range(5)] == [2] * 5
    assert scene.boards.asked_for_lives == 2


def test_a_ranking_is_refused_by_what_is_live_now_and_not_by_what_was() -> None:
    """Nobody but the gateway refuses it: the boards are never asked for a view that its definition does not have."""
    scene, views = Scene(), Views(FixedClock())
    wanted = Wanted(scope=level_scope("ice"))

    def ask(lives: Sequence[LiveBoard]) -> int:
        return views.find(lives[0], wanted).view.generation

    scene.record.define("race", BoardOptions(level_views=False))
    scene.boards.go_live("race", 2, 2)
    with pytest.raises(UnknownViewError):
        scene.lives.read(["race"], ask)
    scene.record.define("race", BoardOptions(level_views=True))
    with pytest.raises(UnknownViewError):
        scene.lives.read(["race"], ask)
    scene.boards.go_live("race", 3, 3)
    assert scene.lives.read(["race"], ask) == 3


def test_that_a_board_has_no_generation_is_asked_each_time() -> None:
    scene = Scene()
    scene.record.ensure("new")
    for _ in range(3):
        assert scene.lives.read(["new"], lambda lives: lives[0].generation) == NOT_PROJECTED
    assert scene.boards.asked_for_lives == 3
    scene.boards.go_live("new", 1, 1)
    assert scene.lives.read(["new"], lambda lives: lives[0].generation) == 1


def test_a_lost_board_is_told_apart_from_one_that_was_never_projected_and_from_an_unknown_one() -> None:
    scene = Scene()
    scene.boards.lose("race")
    with pytest.raises(LostBoardError):
        scene.generation()
    with pytest.raises(UnknownBoardError):
        scene.lives.read(["nope"], lambda _: None)
    assert scene.lives.recorded("race").generation == 1


def test_a_read_of_a_board_that_keeps_moving_ends() -> None:
    scene, asked = Scene(), []

    def ask(lives: Sequence[LiveBoard]) -> None:
        asked.append(lives)
        raise MovedError(View("race", ALL_TIME, generation=lives[0].generation))

    with pytest.raises(MovingBoardError):
        scene.lives.read(["race"], ask)
    assert 2 <= len(asked) <= 10


def test_it_holds_what_it_knows_to_be_live_and_nothing_else() -> None:
    scene = Scene()
    options = scene.lives.recorded("race").options
    view = View("race", ALL_TIME, generation=1)
    assert not scene.lives.holds(view, options), "it has not asked yet"
    scene.generation()
    assert scene.lives.holds(view, options)
    assert not scene.lives.holds(View("race", ALL_TIME, generation=2), options)
    scene.record._versions.clear()  # noqa: SLF001 -- the fake, as of a board that was deleted.
    assert not scene.lives.holds(view, options)


def test_what_is_known_is_bounded() -> None:
    scene = Scene()
    lives = Lives(scene.boards, scene.generations, scene.record, scene.record, capacity=2)
    for name in ("a", "b", "c", "a"):
        scene.record.ensure(name)
        scene.boards.go_live(name, 1, 1)
        lives.read([name], lambda _: None)
    assert scene.boards.asked_for_lives == 4
    lives.read(["a"], lambda _: None)
    assert scene.boards.asked_for_lives == 4


def test_no_more_than_a_few_read_the_ledger_at_the_same_time() -> None:
    scene, is_open, inside = Scene(), threading.Event(), []
    scene.boards.available = False
    fallback = FallbackBoards(scene.lives, Views(FixedClock()), GatewayMetrics(CollectorRegistry()), seats=2)

    def ledger(_views: object) -> str:
        inside.append(1)
        assert is_open.wait(10)
        return "told"

    def read() -> str:
        return fallback.read([Asked("race", ALL_TIME_OF_BOARD)], lambda _: "", ledger).value

    with ThreadPoolExecutor(2) as pool:
        seated = [pool.submit(read) for _ in range(2)]
        eventually(lambda: len(inside) == 2, what="both seats taken")
        with pytest.raises(UnavailableError):
            read()
        is_open.set()
        assert [each.result(10) for each in seated] == ["told", "told"]
    assert read() == "told"
