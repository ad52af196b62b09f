"""Where another generation of a board is read, what was kept of the former one is forgotten."""

from ledgerboard_contracts import ALL_TIME, View, level_scope
from tests.unit.boards.hot_tops import CHESS, OPTIONS, Scene

GO = View("go", ALL_TIME)


def test_a_board_that_moved_is_asked_for_anew_and_no_other() -> None:
    scene = Scene()
    level = View("chess", ALL_TIME, level_scope("1"))
    views = [CHESS, level, GO]
    for view in views:
        scene.read(view)
    scene.hot.moved("chess")
    assert [scene.hot.kept(view, OPTIONS) is None for view in views] == [True, True, False]
    for view in views:
        scene.read(view)
    assert scene.server.calls == 5
    scene.change_and_announce()
    assert scene.read() == 1


def test_what_was_asked_before_a_board_moved_is_not_kept_after() -> None:
    scene = Scene()
    scene.server.meanwhile = lambda: scene.hot.moved("chess")
    scene.read()
    assert scene.hot.kept(CHESS, OPTIONS) is None
