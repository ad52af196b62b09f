"""What is used stays, whatever else is put in."""

from ledgerboard_gateway.recently_used import RecentlyUsed


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    kept: RecentlyUsed[str, int] = RecentlyUsed(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_a_value_that_is_put_again_replaces_the_former_and_is_the_newest() -> None:
    kept: RecentlyUsed[str, int] = RecentlyUsed(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        kept.put(key, value)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (3, None, 4)
