"""Close the periods that ended, one after another in the order of their ends.

A period is closed when nothing that was accepted before its end is still on its way, as far as that can be known: the
settling time after its end has passed, and since then either something later has come out at the other end of the road,
or the road is empty. What comes later still is recorded, counted as late, and changes no final rank.

Safe to repeat and to run twice at once: the ledger closes each period once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_contracts import MAX_CLOCK_SKEW, BoardDefinition, Period, Span
from ledgerboard_contracts.queues import HISTORY, SUBMISSIONS
from ledgerboard_history.endings import ended_seasons, ended_spans, in_order_of_end
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.logs import get_logger

IN_FLIGHT: Final = timedelta(
    seconds=max(queue.retention_seconds + queue.dead_letter_retention_seconds for queue in (SUBMISSIONS, HISTORY))
)
"""How long a queue and its dead letters may hold a fact. What is older than that can no longer come late."""

_PAGE: Final = 500

_log = get_logger(__name__)


class Definitions(Protocol):
    """The record of boards."""

    def list(self, after: str | None, limit: int) -> Sequence[BoardDefinition]:
        """Current definitions by name."""
        ...


class Closings(Protocol):
    """The record of closings, as `ledgerboard_ledger.Closings` has it."""

    def close(self, definition: BoardDefinition, span: Span, *, depth: int | None = None) -> int | None:
        """Close a period once."""
        ...

    def closed(self, board: str) -> frozenset[tuple[str, str]]:
        """Period and key of the closed seasons."""
        ...

    def closed_until(self, names: Iterable[str]) -> Mapping[str, datetime]:
        """Up to which end days, weeks and months were closed."""
        ...

    def remember(self, names: Iterable[str], until: datetime) -> None:
        """Note the same."""
        ...

    def was_played(self, board: str, span: Span, slack: timedelta) -> bool:
        """Whether something was accepted within a span."""
        ...

    def has_accepted_since(self, moment: datetime, skew: timedelta) -> bool:
        """Whether anything was accepted since, and recorded: not before it was accepted, but for a skew of clocks."""
        ...

    def count_late(self, closed_since: datetime, within: timedelta, skew: timedelta) -> int:
        """Count what came after the closings."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many periods ended and are not closed, and the end of the oldest of them."""

    periods: int
    oldest_end: datetime | None


@dataclass(frozen=True, slots=True)
class _Due:
    definition: BoardDefinition
    span: Span


class Road:
    """Tells whether the road from the gateway to the ledger still holds what was accepted before a moment."""

    def __init__(self, closings: Closings, depth: Callable[[], int]) -> None:
        self._closings = closings
        self._depth = depth

    def is_clear(self, moment: datetime) -> bool:
        """Something younger has arrived, or nothing is under way."""
        return self._closings.has_accepted_since(moment + MAX_CLOCK_SKEW, MAX_CLOCK_SKEW) or self._depth() == 0


class ClosePeriods:
    """Closes seasons with all of their standings, and days, weeks and months with their first ``depth``."""

    def __init__(
        self,
        definitions: Definitions,
        closings: Closings,
        road: Road,
        clock: Clock,
        *,
        settling: timedelta,
        depth: int,
    ) -> None:
        self._definitions = definitions
        self._closings = closings
        self._road = road
        self._clock = clock
        self._settling = settling
        self._depth = depth

    def waiting(self) -> Waiting:
        """What a run would close now. Changes nothing."""
        due = self._all_due(self._clock.now() - self._settling)
        return Waiting(len(due), due[0].span.end if due else None)

    def run(self) -> dict[str, int]:
        """How many periods this run closed, and how many wait for what is under way."""
        until = self._clock.now() - self._settling
        due = self._all_due(until)
        boards = {each.definition.board for each in due}
        done = 0
        closed = 0
        for each in due:
            if each.span.end is None or not self._road.is_clear(each.span.end):
                break
            closed += self._close(each)
            done += 1
        waiting = {each.definition.board for each in due[done:]}
        self._closings.remember((board for board in boards if board not in waiting), until)
        return {"closed": closed, "waiting": len(due) - done}

    def _all_due(self, until: datetime) -> Sequence[_Due]:
        """Every period that ended and is not closed, in the order of their ends."""
        due: list[_Due] = []
        for definitions in self._pages():
            since = self._closings.closed_until(definition.board for definition in definitions)
            for definition in definitions:
                due += self._due(definition, since.get(definition.board, until), until)
        return sorted(due, key=lambda each: in_order_of_end(each.definition.board, each.span))

    def _pages(self) -> Iterator[Sequence[BoardDefinition]]:
        after = None
        while page := self._definitions.list(after, _PAGE):
            yield page
            after = page[-1].board

    def _due(self, definition: BoardDefinition, since: datetime, until: datetime) -> Iterator[_Due]:
        seasons = ended_seasons(definition.options, until)
        closed = self._closings.closed(definition.board) if seasons else frozenset()
        for span in seasons:
            if (Period.SEASON.value, span.key.removeprefix("season:")) not in closed:
                yield _Due(definition, span)
        for span in ended_spans(definition.options, since, until):
            yield _Due(definition, span)

    def _close(self, due: _Due) -> bool:
        """A day that nobody played costs one look at an index."""
        whole = due.span.period is Period.SEASON
        if not whole and not self._closings.was_played(due.definition.board, due.span, MAX_CLOCK_SKEW):
            return False
        number = self._closings.close(due.definition, due.span, depth=None if whole else self._depth)
        if number is not None:
            _log.info("period closed", board=due.definition.board, key=due.span.key, closing=number)
        return number is not None


class CountLateFacts:
    """Counts what was recorded after its period was closed, as long as any queue may still hold such a fact."""

    def __init__(self, closings: Closings, clock: Clock) -> None:
        self._closings = closings
        self._clock = clock

    def run(self) -> int:
        """The late facts of the periods closed lately. Safe to repeat: it counts anew."""
        return self._closings.count_late(self._clock.now() - IN_FLIGHT, IN_FLIGHT, MAX_CLOCK_SKEW)
