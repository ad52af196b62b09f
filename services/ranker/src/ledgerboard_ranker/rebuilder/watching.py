"""Watch over Redis, and have renewed what it lost.

A look compares each primary's beat with the process that answers. Where they do not belong together, every board that
was written to since shortly before the beat is in doubt, and every board whose state is gone is lost. The beat is
renewed last, so a watcher that dies on the way leaves the loss to be seen by the next one. Any number may watch.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_boards import Beat, BoardState
from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import GenerationStage
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.ports import Generations, States, Touches
from ledgerboard_ranker.rebuilder.renewing import Loss, Renewal, is_lost

DOUBT: Final = timedelta(seconds=60) + MAX_CLOCK_SKEW
"""How long before a beat a board may have been noted as written to and still be written to after it.

Notes are made at most every 30 s a board; the rest is for clocks and for a replica or a file that was behind the beat.
"""

_BOARDS_A_PAGE: Final = 500
_BEGUN: Final = frozenset({GenerationStage.OPENING, GenerationStage.BUILDING})
_ENDED: Final = frozenset({GenerationStage.LIVE, GenerationStage.DROPPED})

_log = get_logger(__name__)


class Pulse(Protocol):
    """The beats of the primaries. Raises `UnavailableError` when Redis is down."""

    def look(self) -> Sequence[Beat]:
        """A look at each primary."""
        ...

    def beat(self, looked: Beat, now: datetime) -> bool:
        """All was well up to ``now``, unless somebody else has said so since."""
        ...

    def holds(self, looked: Beat, board: str) -> bool:
        """Whether the board lives there."""
        ...


class Watcher:
    """Looks at Redis and heals. Raises `UnavailableError` when Redis or the record is down: look again then."""

    def __init__(
        self,
        pulse: Pulse,
        states: States,
        generations: Generations,
        touches: Touches,
        renewal: Renewal,
        metrics: RebuilderMetrics,
        clock: Clock,
    ) -> None:
        self._pulse = pulse
        self._states = states
        self._generations = generations
        self._touches = touches
        self._renewal = renewal
        self._metrics = metrics
        self._clock = clock

    def look(self) -> None:
        """Look at every primary once, and renew what those lost that are not what they were."""
        now = self._clock.now()
        for beat in self._pulse.look():
            if not beat.continuous:
                self._heal(beat)
            self._pulse.beat(beat, now)
        self._metrics.looked_at.set(now.timestamp())

    def renew_lost(self) -> int:
        """Renew every board without a state, whatever became of it. Returns how many there were."""
        lost = list(self._lost())
        self._renew(lost, Loss.LOST)
        return len(lost)

    def _heal(self, beat: Beat) -> None:
        """What was being built on an emptied primary may stand there again already, without what it had before."""
        self._metrics.breaks.inc()
        _log.warning("redis may have lost data", primary=beat.primary, since=beat.beaten_at)
        suspect = {row.board for row in self._generations.list() if row.state in _BEGUN}
        if beat.beaten_at is not None:
            suspect |= set(self._touches.since(beat.beaten_at - DOUBT))
        self._renew(sorted(board for board in suspect if self._pulse.holds(beat, board)), Loss.SUSPECT)
        self.renew_lost()

    def _renew(self, boards: Sequence[str], loss: Loss) -> None:
        for board in boards:
            self._renewal.renew(board, loss)
            self._metrics.renewed.labels(loss.value).inc()

    def _lost(self) -> Iterator[str]:
        after: str | None = None
        while boards := self._generations.boards_live(after, _BOARDS_A_PAGE):
            states = self._states.get_many(boards)
            yield from (board for board in boards if self._is_lost(board, states.get(board)))
            after = boards[-1]

    def _is_lost(self, board: str, state: BoardState | None) -> bool:
        """A board that shows nothing is lost too if nobody builds what its state names: whoever began that gave up."""
        if state is None or is_lost(state):
            return True
        return state.live is None and all(row.state in _ENDED for row in self._generations.list(board))
