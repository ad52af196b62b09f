"""Boards and their closings in memory, for the use case that closes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from ledgerboard_contracts import BoardDefinition, Span


class MemoryDefinitions:
    """The record of boards."""

    def __init__(self, *definitions: BoardDefinition) -> None:
        self._definitions = sorted(definitions, key=lambda each: each.board)

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        return [each for each in self._definitions if after is None or each.board > after][:limit]


class MemoryClosings:
    """Closings in the order in which they were made."""

    def __init__(self, made_at: datetime) -> None:
        self.made: list[tuple[str, str, int | None]] = []
        self.until: dict[str, datetime] = {}
        self.made_at = made_at
        self.newest: datetime = made_at
        self.played = True

    def close(self, definition: BoardDefinition, span: Span, *, depth: int | None = None) -> int | None:
        if any(made[:2] == (definition.board, span.key) for made in self.made):
            return None
        self.made.append((definition.board, span.key, depth))
        return len(self.made)

    def closed(self, board: str) -> frozenset[tuple[str, str]]:
        return frozenset(
            ("season", key.removeprefix("season:")) for name, key, _ in self.made if name == board and ":" in key
        )

    def closed_until(self, names: Iterable[str]) -> Mapping[str, datetime]:
        return {name: self.until.get(name, self.made_at) for name in names}

    def remember(self, names: Iterable[str], until: datetime) -> None:
        self.until |= dict.fromkeys(names, until)

    def was_played(self, board: str, span: Span, slack: timedelta) -> bool:  # noqa: ARG002 -- every one or none.
        return self.played

    def has_accepted_since(self, moment: datetime, skew: timedelta) -> bool:
        assert skew
        return self.newest >= moment

    def count_late(self, closed_since: datetime, within: timedelta, skew: timedelta) -> int:
        assert closed_since.tzinfo is not None
        assert within > skew
        return 3
