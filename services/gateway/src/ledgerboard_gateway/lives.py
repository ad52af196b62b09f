"""Know which generation of a board is read, and by which options it ranks.

What was once found out is used unasked: a read that names a generation which is not live any more is refused by the
boards themselves, and only then is it found out anew. That a board has none at all is never kept, because a board that
was never projected and one whose projection was lost look alike to Redis; the record of generations tells them apart.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from ledgerboard_boards import Live, MovedError
from ledgerboard_contracts import BoardDefinition, BoardOptions, InvalidPeriodKeyError, View
from ledgerboard_gateway.views import LiveBoard, UnknownBoardError, UnknownViewError
from ledgerboard_infra.errors import UnavailableError

T = TypeVar("T")

NOT_PROJECTED: Final = 0
"""The generation of a board that nobody has projected yet. It reads as empty."""

_ATTEMPTS: Final = 5
"""How often one read is tried on a board that moves. A swap is rare, so the second attempt nearly always holds."""

_CAPACITY: Final = 100_000


class LostBoardError(UnavailableError):
    """The board was projected, but Redis has no live generation of it: what it has is not the board."""


class MovingBoardError(UnavailableError):
    """Other generations went live faster than they could be read."""


class Recorded(Protocol):
    """A generation on record, and the board version by which it is folded."""

    @property
    def number(self) -> int:
        """Its number."""
        ...

    @property
    def board_version(self) -> int:
        """Its version."""
        ...


class States(Protocol):
    """What Redis knows. Raises `UnavailableError` when it is down."""

    def lives(self, board: str) -> Live | None:
        """The live generation, or None."""
        ...


class Generations(Protocol):
    """What is on record. Raises `UnavailableError` when it cannot be asked."""

    def live(self, board: str) -> Recorded | None:
        """The generation that should be live, or None."""
        ...

    def list(self, board: str, limit: int) -> Sequence[Recorded]:
        """Generations of the board, whatever became of them."""
        ...


class Versions(Protocol):
    """Versions of definitions. Raises `UnavailableError` when the record is needed and cannot be asked."""

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """One version, or None."""
        ...


class Definitions(Protocol):
    """Current definitions. Raises `UnavailableError` where the record is needed and cannot be asked."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Lives:
    """The live generations of the boards that are in use. Thread-safe and bounded."""

    def __init__(
        self,
        states: States,
        generations: Generations,
        versions: Versions,
        definitions: Definitions,
        *,
        capacity: int = _CAPACITY,
    ) -> None:
        self._states = states
        self._generations = generations
        self._versions = versions
        self._definitions = definitions
        self._capacity = capacity
        self._known: dict[str, LiveBoard] = {}
        self._remembering = threading.Lock()

    def has(self, board: str) -> bool:
        """Whether there is such a board."""
        return self._definitions.current(board) is not None

    def read(self, boards: Sequence[str], ask: Callable[[Sequence[LiveBoard]], T]) -> T:
        """What ``ask`` returns when told what is live of ``boards``; asked again where one of them has moved.

        That a board keeps no such ranking is said by its definition alone, without a read that the boards could refuse;
        so they are asked whether that generation is live still. Raises what ``ask`` raises, `UnknownBoardError`,
        `LostBoardError`, `MovingBoardError` and `UnavailableError`.
        """
        for _ in range(_ATTEMPTS):
            lives = [self._of(board) for board in boards]
            try:
                return ask(lives)
            except MovedError as error:
                self._forget(error.view.board, error.view.generation)
            except (UnknownViewError, InvalidPeriodKeyError):
                if not self._has_moved(lives):
                    raise
        raise MovingBoardError(f"one of {list(boards)} keeps moving")

    def recorded(self, board: str) -> LiveBoard:
        """What would be live if Redis had it: for a reader of the ledger. Raises as `read`."""
        current = self._current(board)
        found = self._generations.live(board)
        if found is None:
            return LiveBoard(board, NOT_PROJECTED, current.options)
        return LiveBoard(board, found.number, self._options(current, found.board_version))

    def holds(self, view: View, options: BoardOptions) -> bool:
        """Whether a read of now would be made of this generation by these very options, as far as is known here."""
        known = self._known.get(view.board)
        is_live = known is not None and known.generation == view.generation and known.options is options
        return is_live and self.has(view.board)

    def _of(self, board: str) -> LiveBoard:
        current = self._current(board)
        return self._known.get(board) or self._find(board, current)

    def _find(self, board: str, current: BoardDefinition) -> LiveBoard:
        live = self._states.lives(board)
        if live is not None:
            found = LiveBoard(board, live.generation, self._options(current, live.board_version))
            self._remember(found)
            return found
        if self._generations.list(board, 1):
            raise LostBoardError(f"no generation of {board} is live")
        return LiveBoard(board, NOT_PROJECTED, current.options)

    def _remember(self, found: LiveBoard) -> None:
        with self._remembering:  # To look for the oldest while another thread adds one is an error.
            self._known[found.board] = found
            while len(self._known) > self._capacity:
                self._known.pop(next(iter(self._known)), None)

    def _has_moved(self, lives: Sequence[LiveBoard]) -> bool:
        """Whether another generation of one of these is live by now. What is known of those is forgotten."""
        moved = [each for each in lives if self._live_number(each.board) != each.generation]
        for each in moved:
            self._forget(each.board, each.generation)
        return bool(moved)

    def _live_number(self, board: str) -> int:
        live = self._states.lives(board)
        return NOT_PROJECTED if live is None else live.generation

    def _forget(self, board: str, generation: int) -> None:
        """Unless somebody else has found out anew meanwhile."""
        known = self._known.get(board)
        if known is not None and known.generation == generation:
            with self._remembering:
                self._known.pop(board, None)

    def _current(self, board: str) -> BoardDefinition:
        current = self._definitions.current(board)
        if current is None:
            raise UnknownBoardError(board)
        return current

    def _options(self, current: BoardDefinition, version: int) -> BoardOptions:
        """Those of a version, mostly the current one, which needs no asking."""
        if version == current.version:
            return current.options
        found = self._versions.version(current.board, version)
        if found is None:
            raise UnavailableError(f"version {version} of {current.board} is not on record")
        return found.options
