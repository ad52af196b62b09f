"""A page is answered without Flask exactly as long as Flask would answer the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import BoardOptions, Period, Season, span_containing
from ledgerboard_testkit.memory import NOON
from tests.unit.gateway.hot_scene import Scene


def test_what_holds_is_answered_again_without_asking() -> None:
    scene = Scene()
    answers = [scene.get() for _ in range(10)]
    assert scene.asked == 1
    assert all(each == answers[0] for each in answers)
    assert answers[0].body == b"1 of 7"


@pytest.mark.parametrize("newer", [CachedTop(2, b"[]", 7), CachedTop(1, b"[]", 8)])
def test_a_changed_top_or_total_is_asked_for(newer: CachedTop) -> None:
    scene = Scene()
    scene.get()
    scene.newest = newer
    assert scene.get().body == b"%d of %d" % (newer.version, newer.total)


def test_a_top_that_is_not_at_hand_is_asked_for() -> None:
    scene = Scene()
    scene.get()
    scene.at_hand = False
    scene.get()
    assert scene.asked == 2


def test_another_generation_is_asked_and_a_board_that_is_gone_is_not_hidden() -> None:
    scene = Scene()
    scene.get()
    scene.view = replace(scene.view, generation=2)
    scene.get()
    assert scene.asked == 2
    scene.get()
    assert scene.asked == 2
    scene.is_live, scene.status = False, "404 NOT FOUND"
    assert [scene.get().status for _ in range(3)] == [404] * 3
    assert scene.asked == 5


def test_what_was_made_of_a_generation_that_was_replaced_meanwhile_is_not_kept() -> None:
    scene = Scene()
    read = scene.seen()
    scene.seen = lambda: read  # type: ignore[method-assign]  # The fake itself.
    scene.view = replace(scene.view, generation=2)
    for _ in range(2):
        scene.get()
    assert scene.asked == 2


@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK, Period.MONTH])
def test_the_current_period_is_asked_for_again_when_it_ends(period: Period) -> None:
    span = span_containing(period, NOON)
    scene = Scene(span)
    scene.get()
    assert span.end is not None
    scene.clock.advance(span.end - NOON - timedelta(microseconds=1))
    scene.get()
    assert scene.asked == 1
    scene.clock.advance(timedelta(microseconds=1))
    scene.get()
    assert scene.asked == 2


def test_a_past_period_is_asked_for_again_when_it_expires_and_a_future_one_when_it_begins() -> None:
    for away in (timedelta(days=-3), timedelta(days=3)):
        span = span_containing(Period.DAY, NOON + away)
        bound = span.expires_at if away < timedelta() else span.start
        scene = Scene(span)
        scene.get()
        assert bound is not None
        scene.clock.advance(bound - NOON)
        scene.get()
        assert scene.asked == 2


def test_a_season_that_begins_may_be_the_current_one_from_then_on() -> None:
    seasons = (
        Season(key="late", start=NOON + timedelta(hours=1), end=NOON + timedelta(hours=2)),
        Season(key="long", start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2027, 1, 1, tzinfo=UTC)),
    )
    options = BoardOptions(seasons=seasons)
    scene = Scene(span_containing(Period.SEASON, NOON, options.calendar), options)
    scene.get()
    scene.clock.advance(timedelta(hours=1))
    scene.get()
    assert scene.asked == 2


@pytest.mark.parametrize("status", ["400 BAD REQUEST", "404 NOT FOUND", "410 GONE", "503 SERVICE UNAVAILABLE"])
def test_an_error_is_never_kept_and_has_no_tag(status: str) -> None:
    scene = Scene()
    scene.status = status
    assert "ETag" not in scene.get().headers
    scene.status = "200 OK"
    assert scene.get().status == 200


def test_a_head_is_answered_as_its_get_without_the_body_and_may_keep_the_page() -> None:
    scene = Scene()
    heads = [scene.get(method="HEAD") for _ in range(2)]
    page = scene.get()
    assert scene.asked == 1
    assert {(each.status, each.body) for each in heads} == {(200, b"")}
    assert page.body
    assert all(each.headers == page.headers for each in heads)
    known = scene.get(method="HEAD", HTTP_IF_NONE_MATCH=page.headers["ETag"])
    assert (known.status, known.headers["ETag"]) == (304, page.headers["ETag"])
    scene.status = "404 NOT FOUND"
    scene.at_hand = False
    assert (scene.get(method="HEAD").status, "ETag" in scene.get(method="HEAD").headers) == (404, False)


def test_other_methods_other_routes_and_reads_below_the_top_are_not_kept() -> None:
    scene = Scene()
    for _ in range(2):
        assert "ETag" not in scene.get(method="POST").headers
    scene.route = "/v1/boards/<board>/players/<player>"
    for _ in range(2):
        assert "ETag" not in scene.get().headers
    scene.route, scene.is_hot = "/v1/boards/<board>/standings", False
    for _ in range(2):
        assert scene.get().headers["ETag"]
    assert scene.asked == 6


def test_no_more_pages_are_kept_than_the_capacity_and_none_of_an_endless_query() -> None:
    scene = Scene(capacity=3)
    for number in range(5):
        scene.get(f"limit={number}")
    scene.get("limit=4")
    assert scene.asked == 5
    scene.get("limit=0")
    assert scene.asked == 6
    for _ in range(2):
        scene.get("x" * 129)
    assert scene.asked == 8
