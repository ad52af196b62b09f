"""Apply a file of board definitions: plan, ask, then do.

Equal definitions make no new version, so applying again does what is still to be done and nothing else. A board that
is to rank otherwise is rebuilt from the ledger after it was defined; ``ledgerboard rebuild`` shows how far that is.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Protocol

from ledgerboard_cli.board_plans import Boards, Step, plan, summary
from ledgerboard_contracts import BoardDefinition, BoardOptions


class DefinableBoards(Boards, Protocol):
    """Boards that can also be changed."""

    def define(self, board: str, options: BoardOptions) -> BoardDefinition:
        """Give the board these options and return the version that carries them."""
        ...


class Result(IntEnum):
    """How it ended. Doubles as the exit code; 1 to 3 are taken."""

    DONE = 0
    """The boards are as the file says, whether or not there was anything to do."""
    PENDING = 4
    """There is something to do, and nobody agreed to it."""


class BoardChanges:
    """Makes boards as a file wants them. ``say`` prints a line, ``agree`` asks whether to go on."""

    def __init__(self, boards: DefinableBoards, say: Callable[[str], None], agree: Callable[[], bool]) -> None:
        self._boards = boards
        self._say = say
        self._agree = agree

    def apply(self, wanted: Mapping[str, BoardOptions]) -> Result:
        """Show the plan and carry it out. Safe to repeat; what was applied before a failure stays."""
        steps = plan(wanted, self._boards)
        for line in (line for step in steps for line in step.lines()):
            self._say(line)
        self._say(summary(steps))
        return self._carry_out([step for step in steps if step.is_pending])

    def _carry_out(self, steps: list[Step]) -> Result:
        if not steps:
            return Result.DONE
        if not self._agree():
            self._say("nothing applied")
            return Result.PENDING
        for step in steps:
            definition = self._boards.define(step.board, step.wants)
            self._say(f"  applied  {definition.board}, version {definition.version}")
        return Result.DONE
