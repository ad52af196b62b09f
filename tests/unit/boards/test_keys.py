"""Keys keep boards together and stages apart."""

import re
from datetime import UTC, datetime

import pytest

from ledgerboard_boards.codec import EPOCH
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, View, spans_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_all_keys_of_a_board_share_one_hash_tag() -> None:
    keys = [key for view in Keyspace("prod").of_day("chess", (NOW - EPOCH).days) for key in view.all]
    assert len(set(keys)) == 16
    assert {re.search(rb"\{(.*?)\}", key)[1] for key in keys} == {b"prod/chess"}  # type: ignore[index]  # All have one.


def test_two_stages_share_neither_a_key_nor_a_channel() -> None:
    dev, prod = Keyspace("dev"), Keyspace("prod")
    assert not set(dev.of(View("chess", ALL_TIME)).all) & set(prod.of(View("chess", ALL_TIME)).all)
    assert dev.channel != prod.channel


@pytest.mark.parametrize("stage", ["", "a/b", "a}b", "a{b", "a b", "-a", "x" * 33, "dev\n"])
def test_a_stage_that_could_blur_the_tag_is_refused(stage: str) -> None:
    with pytest.raises(ValueError, match="cannot name a stage"):
        Keyspace(stage)


def test_the_views_of_a_day_are_those_of_its_spans() -> None:
    keyspace = Keyspace("dev")
    expected = tuple(keyspace.of(View("chess", span)) for span in spans_of(NOW))
    assert keyspace.of_day("chess", (NOW - EPOCH).days) == expected


def test_only_all_time_never_expires() -> None:
    views = Keyspace("dev").of_day("chess", (NOW - EPOCH).days)
    assert [view.expires_at_seconds > 0 for view in views] == [False, True, True, True]
