"""Compare the live views of a board, as Redis holds them, with the fold of the ledger: every entry, to its last byte.

A look is not of one moment, since it reads two stores one after the other. What it finds is therefore a suspicion only;
`reconciling` tells which of them stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

import msgspec

from ledgerboard_boards import Entry as BoardEntry
from ledgerboard_boards import view_id
from ledgerboard_boards.beside import RenderedTop
from ledgerboard_boards.members import entry_id, place_of, value_of, view_named
from ledgerboard_contracts import DEFAULT_OPTIONS, BoardOptions, Standing, View
from ledgerboard_history.proof.differences import Difference, Entry, Part, Where, differences
from ledgerboard_history.proof.prefixes import Hashes, PrefixCheck
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger.folding import keeps_every_play
from ledgerboard_ledger.standings import FoldedEntry, SqlFold

PAGE: Final = 1_000
_MARGIN: Final = timedelta(minutes=1)
"""So long before its end a view is left alone: the clock of Redis lets it go, not ours."""

_read_top: Final = msgspec.json.Decoder(tuple[Standing, ...]).decode


class Boards(Hashes, Protocol):
    """The boards as they are held, whichever generation."""

    def views(self, board: str, generation: int) -> Sequence[str]:
        """The ids of the views that ever had an entry."""

    def entries(self, view: View, options: BoardOptions, after: BoardEntry | None, limit: int) -> Sequence[BoardEntry]:
        """The first entries that rank after ``after``."""

    def rendered(self, view: View, options: BoardOptions) -> RenderedTop | None:
        """The rendered top, and what it has to show at that moment."""


class Drawn(Protocol):
    """The views that the ledger fills."""

    def of(self, board: str, options: BoardOptions) -> set[View]:
        """Those of one board."""


class Comparison:
    """Looks at boards, and writes nothing."""

    def __init__(self, boards: Boards, drawn: Drawn, fold: SqlFold, clock: Clock) -> None:
        self._boards = boards
        self._drawn = drawn
        self._fold = fold
        self._clock = clock

    def views(self, board: str, generation: int, options: BoardOptions) -> Mapping[str, View]:
        """Every view that the ledger fills or that the boards hold, but for those that have expired or are about to."""
        drawn = {view_id(view): replace(view, generation=generation) for view in self._drawn.of(board, options)}
        held = {name: view_named(board, name, generation, options) for name in self._boards.views(board, generation)}
        latest = self._clock.now() + _MARGIN
        return {
            name: view
            for name, view in (held | drawn).items()
            if view.span.expires_at is None or view.span.expires_at > latest
        }

    def is_played(self, board: str) -> bool:
        """Whether any fact of ``board`` counts."""
        return bool(self._drawn.of(board, DEFAULT_OPTIONS))

    def look(self, name: str, view: View, options: BoardOptions) -> Mapping[Where, Difference]:
        """What is not the same on both sides at this look, in the view called ``name``."""
        prefixes = PrefixCheck(self._boards, view, options, many=keeps_every_play(view.scope, options))
        with closing(self._fold.rows(view, options, remembered=True)) as rows:
            expected = (_expected(row, view, options) for row in rows)
            differing = differences(prefixes.watched(expected), self._held(view, options))
        found: dict[Where, Difference] = {Where(name, Part.ENTRY, known): each for known, each in differing.items()}
        for player, difference in prefixes.found().items():
            found[Where(name, Part.PREFIX, player.encode(errors="surrogateescape"))] = difference
        return found

    def is_top_right(self, view: View, options: BoardOptions) -> bool:
        """Whether the rendered top, if one is kept, shows the first entries. Seen in one moment, so no suspicion."""
        top = self._boards.rendered(view, options)
        return top is None or _shown(top.body) == tuple(top.standings)

    def _held(self, view: View, options: BoardOptions) -> Iterator[Entry]:
        last: BoardEntry | None = None
        while page := self._boards.entries(view, options, last, PAGE):
            yield from (_found(entry, view, options) for entry in page)
            last = page[-1]


def _shown(body: bytes) -> tuple[Standing, ...] | None:
    """The standings that a rendered top shows, whichever release rendered it; None for one that cannot be read."""
    try:
        return _read_top(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _expected(row: FoldedEntry, view: View, options: BoardOptions) -> Entry:
    key, *columns, _ = row.order
    place = place_of(int(key), columns, row.player, options, view.scope)
    known = entry_id(place[1], row.player, options, view.scope)
    value = value_of(place[1], row.remembered, options, view.scope)
    return Entry(row.player, row.score, row.achieved_at, place, known, value)


def _found(entry: BoardEntry, view: View, options: BoardOptions) -> Entry:
    standing = entry.standing
    known = entry_id(entry.member, standing.player, options, view.scope)
    return Entry(standing.player, standing.score, standing.achieved_at, (entry.key, entry.member), known)
