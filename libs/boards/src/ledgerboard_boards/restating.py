"""Draw one player's standing anew, or take it away.

A correction may take back what a fold cannot: a best play, a part of a sum. So the player's entries are removed and put
again from the facts that count, in one call that no fold comes between.
"""

from collections.abc import Sequence
from datetime import datetime

from ledgerboard_boards.states import GenerationState, encode_generations
from ledgerboard_boards.writing import BoardWriter
from ledgerboard_contracts import TOP_N, BoardOptions, Fact

Drawn = tuple[int, BoardOptions, Sequence[Fact]]
"""A generation, its options, and the facts of the player that count in it."""


class Restates(BoardWriter):
    """The writes of corrections."""

    def restate(
        self,
        board: str,
        player: str,
        entries: Sequence[Drawn],
        state_version: int,
        generations: Sequence[GenerationState],
        now: datetime,
    ) -> bool:
        """Replace the player's entries in all views of the generations in ``entries`` by what the facts there give.

        Atomic, with ``generations`` as the board's new ones. False: the state is no longer of ``state_version``, and
        nothing was written. Safe to repeat. Views that have expired by ``now`` are left out.
        """
        keys = [self._keyspace.state(board)]
        arguments: list[bytes | int] = [
            b"%d" % state_version,
            encode_generations(generations),
            TOP_N,
            self._keyspace.channel,
            player.encode(),
            len(entries),
        ]
        for generation, options, facts in entries:
            (view_keys, groups), _ = self._packed(board, generation, options, facts, now)
            keys += [self._keyspace.registry(board, generation), self._keyspace.plays(board, generation), *view_keys]
            arguments += [len(groups), *groups]
        return bool(self._library.write("restate", keys, *arguments))
