"""Read where players stand: one, several together, one on several boards, and one who has not played yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from ledgerboard_boards.codec import BIAS, EPOCH, Fold, fold_of, prefix_bytes, read_standing
from ledgerboard_boards.library import is_refusal
from ledgerboard_boards.packing import packer
from ledgerboard_boards.reading import ViewReader, bound_of, refusal, share_ranks
from ledgerboard_contracts import (
    BoardOptions,
    Fact,
    HypotheticalPlacing,
    ListedStanding,
    Placing,
    Ranking,
    Standing,
    View,
)

_KEY_BYTES: Final = 8
"""A packed play begins with its sort key."""


class Places(ViewReader):
    """The reads of single players. A player who has no play in a view has no place in it."""

    def standing(
        self, view: View, options: BoardOptions, player: str, ranking: Ranking = Ranking.ORDINAL
    ) -> Standing | None:
        """The player's rank and score at one moment, or None."""
        placing = self.placing(view, options, player, ranking)
        return None if placing is None else placing.standing

    def placing(
        self, view: View, options: BoardOptions, player: str, ranking: Ranking = Ranking.ORDINAL
    ) -> Placing | None:
        """The standing together with the counts that a percentile is made of, or None."""
        reply = self._ask(view, options, ranking, "places", player.encode())
        return next(iter(_placings(reply, [player], view, options)), None)

    def listed(
        self, view: View, options: BoardOptions, players: Sequence[str], ranking: Ranking = Ranking.ORDINAL
    ) -> Sequence[ListedStanding]:
        """Those of ``players`` who have a place, best first, ranked on the board and, by the same rule, in the list."""
        asked = list(dict.fromkeys(players))
        reply = self._ask(view, options, ranking, "places", *(player.encode() for player in asked))
        return _ranked_in_list([placing.standing for placing in _placings(reply, asked, view, options)], ranking)

    def standings_of(
        self, player: str, views: Sequence[tuple[View, BoardOptions]], ranking: Ranking = Ranking.ORDINAL
    ) -> Sequence[Standing | None]:
        """The player's standing in each of several views, in one round trip; each of them is of one moment."""
        calls = [self._call(view, options, ranking, player.encode(), of_views=len(views)) for view, options in views]
        found: list[Standing | None] = []
        for (view, options), reply in zip(views, self._library.read_all("places", calls), strict=True):
            if is_refusal(reply):
                raise refusal(view, reply)
            placing = next(iter(_placings(reply, [player], view, options)), None)
            found.append(None if placing is None else placing.standing)
        return found

    def hypothetical(
        self, view: View, options: BoardOptions, play: Fact, ranking: Ranking = Ranking.ORDINAL
    ) -> HypotheticalPlacing:
        """Where an entry with the play's score, tie-breaks, time and player would stand. Writes nothing.

        The player's own entry counts for nothing, since the new one would stand in its place: on a board of plays both
        would stand. On a board of totals the score is the sum that is asked about.
        """
        key, prefix = _entry_of(play, view, options)
        player = play.player.encode()
        replaced = b"" if fold_of(options, view.scope) is Fold.PLAYS else player
        asked = (key, prefix, player, replaced)
        rank, better, total = self._ask(view, options, ranking, "hypothetical", *asked)
        return HypotheticalPlacing(rank=rank, position=rank + 1, better=better, total=total)


def _entry_of(play: Fact, view: View, options: BoardOptions) -> tuple[bytes, bytes]:
    """The key and the prefix that ``play`` would have; of a sum the residue stands before the time."""
    key, residue = bound_of(play.score, view, options)
    time = (play.occurred_at - EPOCH) // timedelta(microseconds=1) + BIAS
    record = packer(options, fold_of(options, view.scope))(play, time)
    return key, residue + record[_KEY_BYTES:][: prefix_bytes(options, view.scope) - len(residue)]


def _placings(reply: Any, players: Sequence[str], view: View, options: BoardOptions) -> Sequence[Placing]:
    total, found = reply
    return [
        Placing(
            standing=read_standing(rank, prefix, players[index], key, options, view.scope), better=better, total=total
        )
        for index, prefix, key, rank, better in found
    ]


def _ranked_in_list(standings: Sequence[Standing], ranking: Ranking) -> Sequence[ListedStanding]:
    """Rank within the list by the rule that ranked on the board: equal scores share, or they do not."""
    as_page = [replace(standing, rank=place) for place, standing in enumerate(standings)]
    ranks = [each.rank for each in share_ranks(as_page, 0, ranking)]
    return [
        ListedStanding(standing=standing, list_rank=rank, list_position=rank + 1)
        for standing, rank in zip(standings, ranks, strict=True)
    ]
