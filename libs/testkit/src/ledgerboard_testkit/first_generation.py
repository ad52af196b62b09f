"""Boards in their first generation, live from the first fact on: what most tests of folds and reads need."""

from collections.abc import Sequence
from datetime import datetime

from ledgerboard_boards import (
    BoardStates,
    FoldOrder,
    FoldResult,
    GenerationState,
    RedisBoards,
)
from ledgerboard_contracts import FIRST_GENERATION, BoardDefinition, FactEnvelope
from ledgerboard_infra.valkey import RedisClient


class FirstGeneration:
    """Folds envelopes by their definitions, and sees to it that each board has its state."""

    def __init__(self, client: RedisClient, stage: str) -> None:
        self.boards = RedisBoards(client, stage)
        self.states = BoardStates(client, stage)
        self._versions: dict[str, int] = {}

    def begin(self, *boards: str) -> None:
        """Give these boards their state, though nobody has played on them."""
        self._learn(dict.fromkeys(boards, 1))

    def version(self, board: str) -> int:
        """The version of the board's state now."""
        return self.states.get_many([board])[board].version

    def fold(self, batch: Sequence[tuple[FactEnvelope, BoardDefinition]], now: datetime) -> list[FoldResult]:
        """What each of them changed. A state that was lost or replaced meanwhile is asked for anew, for all of them."""
        self._learn({envelope.board: definition.version for envelope, definition in batch})
        results = self.boards.fold([self._order(envelope, definition) for envelope, definition in batch], now)
        done = [result for result in results if isinstance(result, FoldResult)]
        if len(done) == len(results):
            return done
        self._versions.clear()
        return self.fold(batch, now)

    def _order(self, envelope: FactEnvelope, definition: BoardDefinition) -> FoldOrder:
        return FoldOrder(envelope, definition.options, FIRST_GENERATION, self._versions[envelope.board])

    def _learn(self, definitions: dict[str, int]) -> None:
        unknown = [board for board in definitions if board not in self._versions]
        if not unknown:
            return
        for board in unknown:
            self.states.create(board, [GenerationState(FIRST_GENERATION, definitions[board])], FIRST_GENERATION)
        self._versions.update({board: state.version for board, state in self.states.get_many(unknown).items()})
