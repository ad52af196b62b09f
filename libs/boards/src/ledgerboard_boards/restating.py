"""Draw players' standings anew, or take them away.

A correction may take back what a fold cannot: a best play, a part of a sum. So a player's entries are removed and put
again from the facts that count, in one call that no fold comes between. What would keep that call for too long is made
ready before, see `great_players`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledgerboard_boards.great_players import GreatPlayers
from ledgerboard_boards.library import Call
from ledgerboard_boards.packing import groups_of
from ledgerboard_boards.states import GenerationState, encode_deadline, encode_generations
from ledgerboard_boards.thinning import thinned
from ledgerboard_contracts import TOP_N, BoardOptions, Fact, Policy

_TRIES: Final = 20
"""How often plays that came between two slices are looked for."""

_OTHER_PLAYS: Final = 2

Drawn = tuple[int, BoardOptions, Sequence[Fact]]
"""A generation, its options, and the facts of a player that count in it."""


@dataclass(frozen=True, slots=True)
class Following:
    """What a board's state is to say from a restatement on, which may be carried out up to ``not_after``."""

    generations: Sequence[GenerationState]
    not_after: datetime | None = None


class Restates(GreatPlayers):
    """The writes of corrections."""

    def restate(
        self,
        board: str,
        players: Mapping[str, Sequence[Drawn]],
        state_version: int,
        following: Callable[[], Following],
        now: datetime,
    ) -> int | None:
        """Replace the players' entries in all views of the generations by what the facts give that are drawn.

        All ``players`` are drawn for the same generations. Atomic, with a new state of the board, whose version is
        returned; but where each play is an entry, those of a player who has very many come and go in slices before.
        ``following`` is asked last of all, when only the call is left to be made. None: the state is no longer of
        ``state_version``, it was too late for what follows, or plays of such a player come all the time. Safe to
        repeat. Views that have expired by ``now`` are left out.
        """
        for _ in range(_TRIES):
            digests = {
                player: self._digests(board, player, entries, state_version, now) for player, entries in players.items()
            }
            prepared = {player: found for player, found in digests.items() if found is not None}
            if len(prepared) < len(players):
                return None
            keys, arguments = self._drawn(board, players, prepared, now)
            state = following()
            head = (
                b"%d" % state_version,
                encode_generations(state.generations),
                encode_deadline(state.not_after),
                TOP_N,
                self._keyspace.channel,
            )
            told = int(self._library.write("restate", keys, *head, *arguments))
            if told != _OTHER_PLAYS:
                return told or None
        return None

    def _digests(
        self, board: str, player: str, entries: Sequence[Drawn], state_version: int, now: datetime
    ) -> Sequence[bytes] | None:
        """What was made ready for each generation: nothing for most players. None: the state is another."""
        digests: list[bytes] = []
        for number, options, facts in entries:
            digest: str | None = ""
            if options.policy is Policy.PLAYS and self.is_great(board, number, player, facts):
                digest = self.prepare(board, number, options, player, facts, state_version, now)
            if digest is None:
                return None
            digests.append(digest.encode())
        return digests

    def _drawn(
        self,
        board: str,
        players: Mapping[str, Sequence[Drawn]],
        digests: Mapping[str, Sequence[bytes]],
        now: datetime,
    ) -> Call:
        numbers = [number for number, _, _ in next(iter(players.values()))]
        keys = [self._keyspace.state(board)]
        for number in numbers:
            keys += [self._keyspace.registry(board, number), self._keyspace.plays(board, number)]
        arguments: list[bytes | int] = [len(numbers), len(players)]
        for player, entries in players.items():
            arguments += [player.encode(), *digests[player]]
            for (number, options, facts), is_ready in zip(entries, digests[player], strict=True):
                is_thin = is_ready or options.policy is not Policy.PLAYS
                groups = thinned(facts, options) if is_thin else groups_of(facts, options)
                (view_keys, packed), _ = self._packed_groups(board, number, options, groups, now)
                keys += view_keys
                arguments += [len(packed), *packed]
        return keys, arguments
