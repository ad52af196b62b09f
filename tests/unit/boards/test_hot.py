"""A hot top costs no call, and is never older than what was announced before the read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledgerboard_boards.hot import FRESH_SECONDS, REBUILD_SECONDS
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, View
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_testkit.memory import NOON
from tests.unit.boards.hot_tops import CHESS, OPTIONS, STAGE, Scene

GO = View("go", ALL_TIME)


def test_a_hot_read_costs_no_call() -> None:
    scene = Scene()
    assert [scene.read() for _ in range(1000)] == [0] * 1000
    assert scene.server.calls == 1


def test_a_change_is_read_once_it_is_announced() -> None:
    scene = Scene()
    scene.read()
    scene.change()
    assert scene.read() == 0
    scene.announce()
    assert [scene.read() for _ in range(10)] == [1] * 10
    assert scene.server.calls == 2


def test_an_announcement_of_what_is_kept_costs_no_call() -> None:
    scene = Scene()
    scene.change()
    scene.read()
    scene.announce()
    assert scene.read() == 1
    assert scene.server.calls == 1


def test_an_announcement_that_comes_late_does_not_undo_a_newer_one() -> None:
    scene = Scene()
    scene.change()
    scene.read()
    scene.change_and_announce()
    scene.hot.heard(Keyspace(STAGE).of(CHESS).top, 1)
    assert scene.read() == 2


def test_an_update_that_overtakes_a_fill_is_not_covered_by_it() -> None:
    scene = Scene()
    scene.server.meanwhile = scene.change_and_announce
    assert scene.read() == 0
    scene.server.meanwhile = lambda: None
    assert scene.read() == 1
    assert scene.server.calls == 2


def test_views_are_kept_apart_and_so_are_definitions() -> None:
    scene = Scene()
    scene.read()
    scene.change(GO)
    assert (scene.read(GO), scene.read()) == (1, 0)
    scene.hot.top(CHESS, replace(OPTIONS, title="another"))
    assert scene.server.calls == 3
    scene.hot.top(CHESS, replace(OPTIONS, title="another"))
    assert scene.server.calls == 3


def test_two_calendars_day_of_one_name_share_what_is_announced() -> None:
    scene = Scene(capacity=1)
    here, there = (View("chess", replace(ALL_TIME, start=start)) for start in (NOON, NOON + timedelta(hours=9)))
    for view in (here, there, here):
        scene.change(view)
        assert scene.read(view) == scene.server.versions[view]
        scene.change(view)
        scene.announce(view)
        assert scene.read(view) == scene.server.versions[view]


def test_without_announcements_every_read_asks() -> None:
    scene = Scene(listening=False)
    scene.read()
    scene.change()
    assert scene.read() == 1
    assert scene.server.calls == 2


def test_after_a_loss_nothing_that_was_kept_is_served_even_when_connected_again() -> None:
    scene = Scene()
    scene.read()
    scene.hot.lost()
    for version in (1, 2):
        scene.change()
        assert scene.read() == version
    scene.change()
    scene.hot.connected()
    assert scene.read() == 3


def test_what_was_read_before_the_connection_is_not_kept_beyond_it() -> None:
    scene = Scene(listening=False)

    def connect_after_a_change_nobody_heard() -> None:
        scene.change()
        scene.hot.connected()

    scene.server.meanwhile = connect_after_a_change_nobody_heard
    scene.read()
    scene.server.meanwhile = lambda: None
    assert scene.read() == 1


def test_a_view_that_keeps_changing_is_asked_for_a_hundred_times_a_second_at_most() -> None:
    scene = Scene()
    scene.read()
    start = scene.time.now
    for _ in range(50):
        scene.time.now += 0.001
        scene.change_and_announce()
        assert scene.read() == scene.server.versions[CHESS]
    assert scene.server.calls - 1 <= (scene.time.now - start) / REBUILD_SECONDS + 1
    assert len(scene.time.pauses) == 50


def test_the_total_is_no_older_than_a_second_and_costs_no_rendering() -> None:
    scene = Scene()
    scene.read()
    scene.server.total = 7
    scene.time.now += FRESH_SECONDS - 0.01
    assert scene.hot.top(CHESS, OPTIONS).total == 0
    scene.time.now += 0.02
    assert scene.hot.top(CHESS, OPTIONS).total == 7
    assert scene.server.calls == 2


def test_a_lost_announcement_does_harm_for_a_second_only() -> None:
    scene = Scene()
    scene.read()
    scene.change()
    scene.time.now += FRESH_SECONDS
    assert scene.read() == 1


def test_a_server_that_lost_its_versions_is_believed() -> None:
    scene = Scene()
    scene.server.versions[CHESS] = 1000
    scene.announce()
    scene.read()
    scene.announce()
    scene.server.versions[CHESS] = 3
    scene.time.now += FRESH_SECONDS
    assert [scene.read() for _ in range(10)] == [3] * 10
    assert scene.server.calls == 2


def test_no_more_than_the_capacity_is_kept() -> None:
    scene = Scene(capacity=3)
    views = [View(f"board-{number}", ALL_TIME) for number in range(5)]
    for view in views:
        scene.read(view)
    scene.read(views[4])
    assert scene.server.calls == 5
    scene.read(views[0])
    assert scene.server.calls == 6
    scene.change(views[4])
    scene.announce(views[4])
    assert scene.read(views[4]) == 1


def test_an_error_reaches_the_reader_and_is_not_kept() -> None:
    scene = Scene()

    def fail() -> None:
        raise UnavailableError("down")

    scene.server.meanwhile = fail
    for _ in range(2):
        with pytest.raises(UnavailableError):
            scene.read()
    scene.server.meanwhile = lambda: None
    assert scene.read() == 0
