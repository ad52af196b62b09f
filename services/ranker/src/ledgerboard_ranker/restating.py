"""Draw players' standings from the ledger again, once corrections were recorded.

The horizon is opened first, and only then is the ledger read: a fact that the reading misses is told again by history,
to a ranker that knows the horizon. The state is read before both, so that of two who restate the same player the one
that read the ledger earlier cannot have the last word. Up to when the horizon reaches is decided last, just before the
call that replaces the standing, and Redis refuses a call that comes later than that allows for.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ledgerboard_boards import BoardState, Following, GenerationState, Horizon
from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.logs import get_logger
from ledgerboard_ledger import DrawnRestatement, OpenedRestatement
from ledgerboard_ranker.clocks import Moment, StoreClocks
from ledgerboard_ranker.openings import TRIES

KEPT: Final = timedelta(days=60)
"""Longer than a fact can wait in all of its queues and their dead letters, one after the other."""

_PLAYERS_A_CALL: Final = 50
"""Players whom one call to Redis draws: it serves nobody else meanwhile."""

_MOST_BUSY_SECONDS: Final = 15.0
_STEP_SECONDS: Final = 0.1
"""For how long, and how often, a server is asked that may be busy with the call before."""

_TICK: Final = timedelta(microseconds=1)

_log = get_logger(__name__)

Drawn = tuple[int, BoardOptions, Sequence[Fact]]


class Boards(Protocol):
    """The live boards. Raises `UnavailableError` when they are down."""

    def restate(
        self,
        board: str,
        players: Mapping[str, Sequence[Drawn]],
        state_version: int,
        following: Callable[[], Following],
        now: datetime,
    ) -> int | None:
        """Put what is drawn in place of the players' entries, and what follows into the state; or neither.

        Returns the version of the new state, or None.
        """
        ...


class Founding(Protocol):
    """Gives a board that has no state one. Raises `UnavailableError` when that cannot be done now."""

    def ensure(self, board: str, board_version: int) -> BoardState:
        """The state, now that there is one."""
        ...


class Restatements(Protocol):
    """The horizons of players, as the ledger keeps them. Raises `UnavailableError` when it is down."""

    def open_many(self, board: str, players: Iterable[str]) -> Mapping[str, OpenedRestatement]:
        """Let history look, wait once for who does not, and take snapshots."""
        ...

    def opened_many(self, board: str, drawn: Sequence[DrawnRestatement]) -> Collection[str]:
        """The board's state has these horizons. Returns those players whom nobody else restates now."""
        ...


class Facts(Protocol):
    """The ledger. Raises `UnavailableError` when it is down."""

    def players(self, board: str, players: Iterable[str], snapshot: str) -> Mapping[str, Sequence[Fact]]:
        """The facts of each player that count, among those that were recorded in the snapshot."""
        ...


class Definitions(Protocol):
    """Board definitions. Raises `UnavailableError` when the record cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The board's current version, or None: it is deleted or was never there."""
        ...

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version of a board, or None where there is none."""
        ...


class Touching(Protocol):
    """Notes which boards are about to be written to."""

    def touch(self, boards: Sequence[str]) -> None:
        """Note them. Never raises."""
        ...

    def confirm(self, boards: Sequence[str]) -> None:
        """They are written to. Raises `UnavailableError` where the note is too old by now."""
        ...


class Restating:
    """What makes the boards follow a correction. Safe to repeat: each time it draws what counts by then."""

    def __init__(
        self,
        founding: Founding,
        boards: Boards,
        restatements: Restatements,
        facts: Facts,
        definitions: Definitions,
        touching: Touching,
        clocks: StoreClocks,
    ) -> None:
        self._founding = founding
        self._boards = boards
        self._restatements = restatements
        self._facts = facts
        self._definitions = definitions
        self._touching = touching
        self._clocks = clocks

    def restate(self, board: str, players: Iterable[str]) -> bool:
        """Draw the players' standings in every view of the board. False: the board is deleted.

        Raises `UnavailableError`, also where the board's state changes all the time.
        """
        current = self._definitions.current(board)
        if current is None:
            return False  # A deleted board shows nothing, and what it shows when it is made anew is younger.
        waiting = list(dict.fromkeys(players))
        for _ in range(TRIES):
            if not waiting:
                return True
            state = self._founding.ensure(board, current.version)
            opened = self._restatements.open_many(board, waiting)
            waiting = waiting[self._draw_all(board, waiting, state, opened) :]
        raise UnavailableError(f"players of {board} could not be restated: the board's state keeps changing")

    def _draw_all(
        self, board: str, players: Sequence[str], state: BoardState, opened: Mapping[str, OpenedRestatement]
    ) -> int:
        """Draw some players a call, and return how many were drawn: all, unless the state changed or a call came late.

        Each call is made by the state that the call before left, and by no other: what came between may be a drawing
        by a later reading of the ledger.
        """
        drawn = 0
        for first in range(0, len(players), _PLAYERS_A_CALL):
            some = {player: opened[player] for player in players[first : first + _PLAYERS_A_CALL]}
            following = self._draw(board, some, state)
            if following is None:
                break
            state, drawn = following, first + len(some)
        return drawn

    def _draw(self, board: str, opened: Mapping[str, OpenedRestatement], state: BoardState) -> BoardState | None:
        """The state once the players are drawn. None: it changed meanwhile, or the call came late."""
        self._touching.touch([board])  # If Redis loses the moment, nobody will ask for it again.
        facts = self._read(board, opened)
        entries = {
            player: [(each.number, self._options(board, each), facts[player]) for each in state.generations]
            for player in opened
        }
        now = self._clocks.now()
        horizons: dict[str, Horizon] = {}
        generations: list[GenerationState] = []

        def following() -> Following:
            moment = self._clocks.moment(board)
            horizons.update({player: _horizon(each, moment, state, player) for player, each in opened.items()})
            generations[:] = [_with(each, horizons, now - KEPT) for each in state.generations]
            return Following(generations, moment.not_after)

        try:
            version = self._boards.restate(board, entries, state.version, following, now)
        except UnavailableError:
            version = self._version_of(board, generations)
            if version is None:
                raise
        if version is None:
            return None
        self._restatements.opened_many(board, [_drawn(player, each) for player, each in horizons.items()])
        self._touching.confirm([board])
        _log.info("players restated", board=board, players=len(horizons), hidden=_count_hidden(horizons))
        return BoardState(version, state.live, tuple(generations))

    def _read(self, board: str, opened: Mapping[str, OpenedRestatement]) -> Mapping[str, Sequence[Fact]]:
        """What counts of each player. Those whom another began meanwhile have a snapshot of their own."""
        facts: dict[str, Sequence[Fact]] = dict.fromkeys(opened, ())
        for snapshot in {each.snapshot for each in opened.values()}:
            shown = [player for player, each in opened.items() if each.snapshot == snapshot and not each.hidden]
            facts |= self._facts.players(board, shown, snapshot)
        return facts

    def _version_of(self, board: str, generations: Sequence[GenerationState]) -> int | None:
        """The version of the board's state if it says this, because a call was made whose answer did not come.

        A player of very many plays keeps the server longer than an answer is waited for. Made again, the call would
        keep it as long again, and so for ever.
        """
        deadline = time.monotonic() + _MOST_BUSY_SECONDS
        while generations:
            try:
                found = self._founding.ensure(board, generations[0].board_version)
            except UnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_STEP_SECONDS)
            else:
                return found.version if found.generations == tuple(generations) else None
        return None

    def _options(self, board: str, generation: GenerationState) -> BoardOptions:
        definition = self._definitions.version(board, generation.board_version)
        if definition is None:
            raise UnavailableError(f"board {board!r} has no version {generation.board_version}")
        return definition.options


def _horizon(opened: OpenedRestatement, moment: Moment, state: BoardState, player: str) -> Horizon:
    """Reaches past every horizon that it takes the place of: what is late for those must be late for this one too."""
    moments = [each.until for each in state.generations if each.until is not None]
    moments += [each.restated[player].until + _TICK for each in state.generations if player in each.restated]
    until = max([moment.until, *moments])
    return Horizon(opened.correction_id, opened.snapshot, until, opened.hidden, moment.drawn_at)


def _with(generation: GenerationState, horizons: Mapping[str, Horizon], forgotten: datetime) -> GenerationState:
    restated = dict(_remembered(generation.restated, forgotten)) | dict(horizons)
    return GenerationState(generation.number, generation.board_version, generation.snapshot, generation.until, restated)


def _drawn(player: str, horizon: Horizon) -> DrawnRestatement:
    return DrawnRestatement(
        player=player, correction_id=horizon.correction_id, snapshot=horizon.snapshot, until=horizon.until
    )


def _count_hidden(horizons: Mapping[str, Horizon]) -> int:
    return sum(each.hidden for each in horizons.values())


def _remembered(restated: Mapping[str, Horizon], forgotten: datetime) -> Iterator[tuple[str, Horizon]]:
    """The horizons by which a fact may still be late, and all that hide."""
    return ((player, each) for player, each in restated.items() if each.hidden or each.until > forgotten)
