"""A client that has a page learns that it is still the one, and gets no other without knowing."""

import pytest

from ledgerboard_boards import CachedTop
from tests.unit.gateway.hot_scene import Scene


@pytest.mark.parametrize("given", ["{}", "W/{}", '"other", {}', '"other" , W/{}', "*"])
def test_a_client_that_has_the_page_is_told_so(given: str) -> None:
    scene = Scene()
    etag = scene.get().headers["ETag"]
    for _ in range(2):
        answer = scene.get(HTTP_IF_NONE_MATCH=given.format(etag))
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers == {"ETag": etag, "Cache-Control": "no-cache"}
        scene.at_hand = False


def test_a_client_with_another_page_gets_this_one() -> None:
    scene = Scene()
    etag = scene.get().headers["ETag"]
    scene.newest = CachedTop(2, b"[]", 7)
    answer = scene.get(HTTP_IF_NONE_MATCH=etag)
    assert (answer.status, answer.body) == (200, b"2 of 7")
    assert answer.headers["ETag"] != etag
