from collections import Counter
from dataclasses import dataclass, field

import pytest

from ledgerboard_contracts import DEFAULT_OPTIONS, BoardDefinition
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import CachedVersions


@dataclass
class _Source:
    known: set[tuple[str, int]]
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    down: bool = False

    def version(self, board: str, version: int) -> BoardDefinition | None:
        self.asked[board, version] += 1
        if self.down:
            raise UnavailableError("down")
        if (board, version) not in self.known:
            return None
        return BoardDefinition(board=board, version=version, options=DEFAULT_OPTIONS)


def test_a_version_is_asked_for_once_and_outlives_an_outage() -> None:
    source = _Source({("race", 1), ("race", 2)})
    versions = CachedVersions(source)
    first = versions.version("race", 1)
    source.down = True
    assert versions.version("race", 1) == first == BoardDefinition(board="race", version=1, options=DEFAULT_OPTIONS)
    with pytest.raises(UnavailableError):
        versions.version("race", 2)


def test_a_version_that_is_missing_is_found_as_soon_as_it_is_made() -> None:
    source = _Source(set())
    versions = CachedVersions(source)
    assert versions.version("race", 1) is None
    source.known.add(("race", 1))
    assert versions.version("race", 1) is not None


def test_the_least_recently_used_is_forgotten() -> None:
    source = _Source({("a", 1), ("b", 1), ("c", 1)})
    versions = CachedVersions(source, capacity=2)
    for board in ("a", "b", "a", "c", "a", "b"):
        versions.version(board, 1)
    assert source.asked == {("a", 1): 1, ("b", 1): 2, ("c", 1): 1}
