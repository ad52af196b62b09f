"""Watch over Redis, and have renewed what it lost.

A look compares what a primary remembers with what the record knows of it. Where they do not belong together, the doubt
is put on record first; then the beat goes on, and the boards in doubt are renewed. So a watcher that dies anywhere
leaves the doubt to the next one, and what is lost meanwhile is another doubt. Any number may watch.

Notes of what was written to may come late, and another server may still have been written to. So a doubt stays open for
as long as it reaches back, and is settled by a second look.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import uuid4

from ledgerboard_boards import Beat, BoardState, Look
from ledgerboard_contracts import MAX_CLOCK_SKEW
from ledgerboard_infra.errors import MisconfiguredError, UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_infra.valkey import PlacedKey
from ledgerboard_ledger import Doubt, GenerationStage, KnownBeat, OpenDoubt, TakenBeat
from ledgerboard_ranker.rebuilder.continuity import doubt_of
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.ports import Generations, States, Touches
from ledgerboard_ranker.rebuilder.renewing import Loss, Renewal, is_lost
from ledgerboard_ranker.touching import OLDEST

DOUBT: Final = OLDEST + MAX_CLOCK_SKEW
"""How long before a beat a board may have been noted as written to and still be written to after it.

The skew is that of two servers of the record, of which one takes the other's place.
"""

_OUTAGES: Final = 9
"""Beats that are apart by such a part of `DOUBT` had an outage in between, during which notes could not be made."""

_BOARDS_A_PAGE: Final = 500
_ENDED: Final = frozenset({GenerationStage.LIVE, GenerationStage.DROPPED})

_log = get_logger(__name__)


class Pulse(Protocol):
    """The beats of the primaries. Raises `UnavailableError` when Redis is down."""

    def primaries(self) -> Sequence[PlacedKey]:
        """Those that there are now."""
        ...

    def look(self, at: PlacedKey) -> Look:
        """A look at one of them."""
        ...

    def beat(self, looked: Look, beat: Beat) -> bool:
        """Remember the beat, unless the primary is no longer as it was looked at."""
        ...

    def holds(self, looked: Look, board: str) -> bool:
        """Whether the board lives there."""
        ...


class Beats(Protocol):
    """The record of beats and doubts. Raises `UnavailableError` when PostgreSQL is down."""

    def get(self, key: str) -> tuple[datetime, KnownBeat]:
        """The time before, and what is known."""
        ...

    def doubt(self, key: str, last: str | None, doubt: Doubt, look_again_after: timedelta) -> bool:
        """Open a doubt, unless the last beat is another one."""
        ...

    def beat(self, key: str, last: str | None, taken: TakenBeat) -> bool:
        """Note a beat, unless the last one is another one."""
        ...

    def healed(self, key: str, open_doubt: OpenDoubt) -> None:
        """What was known to be in doubt was renewed."""
        ...

    def put_off(self, key: str, open_doubt: OpenDoubt, after: timedelta) -> None:
        """Take the second look later."""
        ...

    def settle(self, key: str, open_doubt: OpenDoubt) -> bool:
        """Close the doubt."""
        ...


class Watcher:
    """Looks at Redis and heals. Raises `UnavailableError` when Redis or the record is down: look again then.

    ``window`` is how long before a beat notes count, and how long after it is noticed a doubt stays open.
    """

    def __init__(  # noqa: PLR0913 -- the two stores, what is renewed, and how long is waited for it.
        self,
        pulse: Pulse,
        beats: Beats,
        states: States,
        generations: Generations,
        touches: Touches,
        renewal: Renewal,
        *,
        metrics: RebuilderMetrics,
        window: timedelta = DOUBT,
    ) -> None:
        self._pulse = pulse
        self._beats = beats
        self._states = states
        self._generations = generations
        self._touches = touches
        self._renewal = renewal
        self._metrics = metrics
        self._window = window

    def look(self) -> None:
        """Look at every primary once, and renew what those lost that are not what they were.

        Raises `MisconfiguredError` where one evicts keys: nothing is renewed there, since it would be evicted again.
        One that fails keeps no other one from being looked at.
        """
        failures = list[Exception]()
        looked_at: datetime | None = None
        for primary in self._pulse.primaries():
            try:
                looked_at = self._look(primary)
            except (UnavailableError, MisconfiguredError) as error:
                failures.append(error)
        if failures:
            raise failures[0]
        if looked_at is not None:
            self._metrics.looked_at.set(looked_at.timestamp())

    def renew_lost(self) -> int:
        """Renew every board without a state, whatever became of it. Returns how many there were."""
        lost = list(self._lost())
        self._renew(lost, Loss.LOST)
        return len(lost)

    def _look(self, primary: PlacedKey) -> datetime:
        """The record is asked before Redis: a beat of somebody else in between is the one after the last known."""
        key = primary.key.decode()
        now, known = self._beats.get(key)
        looked = self._pulse.look(primary)
        self._measure(looked)
        doubt = doubt_of(known, looked, now, self._window)
        if doubt is None or self._open(known, looked, doubt):
            looked.memory.check(looked.primary)
            is_beaten = self._beat(known, looked, now, is_continuous=doubt is None)
            if is_beaten and (doubt is not None or known.open is not None):
                self._put_off_after_an_outage(known, looked, now)
                self._heal(looked)
        return now

    def _measure(self, looked: Look) -> None:
        self._metrics.used_memory.labels(looked.primary).set(looked.memory.used)
        self._metrics.max_memory.labels(looked.primary).set(looked.memory.most)

    def _open(self, known: KnownBeat, looked: Look, doubt: Doubt) -> bool:
        """Put the doubt on record. False: somebody else beat meanwhile, so that there may be none."""
        last = None if known.last is None else known.last.token
        if not self._beats.doubt(looked.key, last, doubt, self._window):
            return False
        self._metrics.breaks.inc()
        _log.warning(
            "redis may have lost data", primary=looked.primary, since=doubt.since, is_elsewhere=doubt.is_elsewhere
        )
        return True

    def _beat(self, known: KnownBeat, looked: Look, now: datetime, *, is_continuous: bool) -> bool:
        """Take the next beat, in Redis and then on record. Returns whether nobody else did.

        Whoever dies in between leaves a beat in Redis that the record does not know, after one that it does. It is put
        on record before another one follows it. So the record's last beat is always one of the last two in Redis.
        """
        last = None if known.last is None else known.last.token
        beat = looked.beat
        if is_continuous and beat is not None and beat.token != last:
            if not self._beats.beat(looked.key, last, _taken(beat.token, beat.beaten_at, looked)):
                return False
            last = beat.token
        token = uuid4().hex
        if not self._pulse.beat(looked, Beat(token, last, now)):
            return False
        return self._beats.beat(looked.key, last, _taken(token, now, looked))

    def _put_off_after_an_outage(self, known: KnownBeat, looked: Look, now: datetime) -> None:
        """What could not be noted is noted once the record is back, which is now: the second look waits for that."""
        if known.last is not None and known.open is not None and now - known.last.beaten_at > self._window / _OUTAGES:
            self._beats.put_off(looked.key, known.open, self._window)

    def _heal(self, looked: Look) -> None:
        """Do what the open doubt still asks for."""
        now, known = self._beats.get(looked.key)
        if known.open is None:
            return
        if known.open.healed_at is None:
            self._renew_there(looked, self._known_doubtful(known.open))
            self._beats.healed(looked.key, known.open)
        elif now < known.open.look_again_at:
            self._renew_there(looked, self._touches.since(self._since(known.open), known.open.noticed_at))
        else:
            self._look_again(looked, known.open)

    def _known_doubtful(self, opened: OpenDoubt) -> Iterator[str]:
        """What was being built may stand there again without what it had before, whoever wrote to it."""
        yield from self._generations.begun(opened.noticed_at)
        if opened.doubt.since is None:
            yield from self._all_boards(opened.noticed_at)
        else:
            yield from self._touches.since(opened.doubt.since, opened.noticed_at)

    def _look_again(self, looked: Look, opened: OpenDoubt) -> None:
        """Renew what was noted late, and what the ledger tells of in place of notes that were never made.

        Where another server was the primary, it may have been written to for as long as this took: what was written to
        meanwhile is renewed once more.
        """
        self._renew_there(looked, self._late(self._since(opened), opened.noticed_at))
        if opened.doubt.is_elsewhere:
            self._renew_there(looked, self._late(opened.noticed_at - self._window, opened.look_again_at))
        if self._beats.settle(looked.key, opened):
            _log.info("nothing is in doubt any more", primary=looked.primary)

    def _late(self, since: datetime, requested_before: datetime) -> Iterator[str]:
        yield from self._touches.since(since, requested_before)
        yield from self._touches.played(since - MAX_CLOCK_SKEW, requested_before)

    def _since(self, opened: OpenDoubt) -> datetime:
        """All boards were renewed where all were in doubt: then only those notes are late that came since."""
        return opened.noticed_at - self._window if opened.doubt.since is None else opened.doubt.since

    def _renew_there(self, looked: Look, boards: Iterable[str]) -> None:
        self._renew([board for board in dict.fromkeys(boards) if self._pulse.holds(looked, board)], Loss.SUSPECT)

    def _renew(self, boards: Sequence[str], loss: Loss) -> None:
        for board in boards:
            self._renewal.renew(board, loss)
            self._metrics.renewed.labels(loss.value).inc()

    def _all_boards(self, requested_before: datetime) -> Iterator[str]:
        after: str | None = None
        while boards := self._generations.boards_live(after, _BOARDS_A_PAGE, requested_before):
            yield from boards
            after = boards[-1]

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


def _taken(token: str, at: datetime, looked: Look) -> TakenBeat:
    return TakenBeat(token, at, looked.identity.run_id, looked.identity.replication_id, looked.evicted_keys)
