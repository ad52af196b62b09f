"""Fold what the ledger holds into a generation that is being built, page by page.

The facts of the generation's snapshot never change, and a page is cut by what was recorded, not by what counts. Pages
are folded in the order of event ids, and a total knows how far it got. So a page that is folded again, by this process
or by another one after a crash, holds the same facts and adds nothing. Players whose standing was drawn since the
generation was opened are left out: they are complete.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid5
from zlib import crc32

from ledgerboard_boards import FoldOrder, FoldResult, GenerationState, PagePart
from ledgerboard_contracts import BoardOptions, Fact, FactEnvelope
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Generation, ReplayPage
from ledgerboard_ranker.rebuilder.ports import Boards, Ledger, States

PAGE_FACTS: Final = 8_000
"""Facts recorded in a page. A release that changes it must not go on with what another release began."""

PARTS: Final = 8
"""Function calls of a page, the facts of a player all in one. Each keeps Redis from everybody else for some 15 ms."""

_NAMESPACE: Final = UUID("6b1d8f0a-4c57-5d0e-9d53-0c1f3f1f2a77")
_CORRELATION_ID: Final = "rebuild"


class GenerationGoneError(Exception):
    """The board's state does not name the generation any more: Redis lost it, or a later one took its place."""

    def __init__(self, row: Generation) -> None:
        super().__init__(f"generation {row.number} of board {row.board!r} is not being built any more")


@dataclass(frozen=True, slots=True)
class Scanned:
    """One page that is in the boards: where it ended, and how many facts of it were folded."""

    cursor: UUID
    facts: int


@dataclass(frozen=True, slots=True)
class _Read:
    """One page, and the state that was true before it was read: what a correction takes out is either drawn or read."""

    after: UUID | None
    page: ReplayPage
    state_version: int
    generation: GenerationState


class Scan:
    """Folds generations from the ledger. Safe to repeat; two at the same generation do each other no harm."""

    def __init__(
        self, ledger: Ledger, states: States, boards: Boards, clock: Clock, *, page_facts: int = PAGE_FACTS
    ) -> None:
        self._ledger = ledger
        self._states = states
        self._boards = boards
        self._clock = clock
        self._page_facts = page_facts

    def pages(self, row: Generation, options: BoardOptions) -> Iterator[Scanned]:
        """Fold one page after the other from the row's cursor on, and read the next one meanwhile.

        Raises `GenerationGoneError`, and `UnavailableError` when boards or ledger are down.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="replay") as reader:
            following = reader.submit(self._read, row, row.cursor)
            while (read := following.result()).page.cursor is not None:
                cursor = read.page.cursor
                following = reader.submit(self._read, row, cursor)
                yield Scanned(cursor, self._fold(row, options, read))

    def _fold(self, row: Generation, options: BoardOptions, read: _Read) -> int:
        """Fold a page by the state that is true, and what came too late for that by the next.

        The page is not read again: whatever a correction changes about it, it changes of a player whom the next state
        names as restated. So a thousand bans cost a thousand looks at the state.
        """
        version, generation, folded = read.state_version, read.generation, 0
        waiting = page_parts(row, read.after, read.page)
        while True:
            skipped = restated_since(generation)
            orders = [
                FoldOrder(_without(each, skipped), options, row.number, version, page=part) for part, each in waiting
            ]
            results = self._boards.fold(orders, self._clock.now())
            told = list(zip(waiting, orders, results, strict=True))
            folded += sum(len(order.envelope.facts) for _, order, result in told if isinstance(result, FoldResult))
            waiting = [part for part, _, result in told if not isinstance(result, FoldResult)]
            if not waiting:
                return folded
            version, generation = self._state(row)

    def _read(self, row: Generation, after: UUID | None) -> _Read:
        version, generation = self._state(row)
        page = self._ledger.page(row.board, generation.snapshot or "", after, self._page_facts)
        return _Read(after, page, version, generation)

    def _state(self, row: Generation) -> tuple[int, GenerationState]:
        state = self._states.get(row.board)
        generation = next((each for each in state.generations if each.number == row.number), None) if state else None
        if state is None or generation is None or generation.snapshot is None:
            raise GenerationGoneError(row)
        return state.version, generation


def _without(envelope: FactEnvelope, players: set[str]) -> FactEnvelope:
    return replace(envelope, facts=tuple(fact for fact in envelope.facts if fact.player not in players))


def restated_since(generation: GenerationState) -> set[str]:
    """The players who are not the scan's to fold: hidden ones, and those whose standing was drawn since the opening.

    One who was corrected before may stand there too, with the horizon of the generation itself.
    """
    drawn = (generation.snapshot, generation.until)
    named = generation.restated.items()
    return {player for player, each in named if each.hidden or (each.snapshot, each.until) != drawn}


def page_parts(row: Generation, after: UUID | None, page: ReplayPage) -> Sequence[tuple[PagePart, FactEnvelope]]:
    """The facts of a page in parts by player: a player is in the same part of every page."""
    parts: list[list[Fact]] = [[] for _ in range(PARTS)]
    places: dict[str, list[Fact]] = {}
    for fact in page.facts:
        part = places.get(fact.player)
        if part is None:
            part = places[fact.player] = parts[crc32(fact.player.encode()) % PARTS]
        part.append(fact)
    source = uuid5(_NAMESPACE, f"{row.board}:{row.number}:{after}")
    return [
        (
            PagePart(number, page.cursor),
            FactEnvelope(
                envelope_id=uuid5(source, str(number)),
                correlation_id=_CORRELATION_ID,
                board=row.board,
                board_version=row.board_version,
                facts=tuple(part),
            ),
        )
        for number, part in enumerate(parts)
        if part and page.cursor is not None
    ]
