"""What all reads of a view share: how it is asked, and how it refuses.

One read is one function call, which sees one moment: score and rank, page and count never come from two.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import redis

from ledgerboard_boards.codec import BIAS, COLUMN_BYTES, SUMS, direction, fold_of, prefix_bytes
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.library import EXPIRED, NOT_LIVE, TOO_DEEP, Call, FunctionLibrary, Unguarded
from ledgerboard_contracts import MAX_SCORE, BoardOptions, Ranking, Standing, View
from ledgerboard_infra.valkey import RedisClient

MAX_DISTINCT_SCORES: Final = 500
"""How many distinct better scores a dense ranking counts at most, in all views of one read together. Each costs the
server some 3 us, during which it serves nobody else; sums beyond the integers that a double holds cost several times
that, and count so. The other rankings cost the same at any depth. `benchmarks.reads_cost` has the table."""

_BEYOND: Final = MAX_SCORE + 2
"""A key beyond every single score, and still exact: what stands for all greater bounds."""


class ViewExpiredError(Exception):
    """The view's period ended so long ago that its live view was let go; an empty answer would be a lie."""

    def __init__(self, view: View) -> None:
        super().__init__(f"the live ranking of {view.board} for {view.span.key} has expired")
        self.view = view


class MovedError(Exception):
    """The view's generation is not the live one: ask which is, and read that."""

    def __init__(self, view: View) -> None:
        super().__init__(f"generation {view.generation} of {view.board} is not live")
        self.view = view


class RankTooDeepError(Exception):
    """A dense rank was asked for behind more distinct scores than one read may count."""

    def __init__(self, view: View) -> None:
        super().__init__(f"the dense rank on {view.board} lies behind more distinct scores than one read counts")
        self.view = view


class ViewReader:
    """Asks the functions about one view at a time. The base of what `RedisStandings` can do."""

    def __init__(self, client: RedisClient, stage: str, library: FunctionLibrary | None = None) -> None:
        self._keyspace = Keyspace(stage)
        self._library = library or FunctionLibrary(client, Unguarded())

    def _ask(self, view: View, options: BoardOptions, ranking: Ranking, function: str, *arguments: bytes | int) -> Any:
        """The reply of a function about the entries of ``view``."""
        keys, values = self._call(view, options, ranking, *arguments)
        return self._read(view, function, keys, values)

    def _call(
        self, view: View, options: BoardOptions, ranking: Ranking, *arguments: bytes | int, of_views: int = 1
    ) -> Call:
        """The keys and the arguments of such a function, its own arguments last. It is one of so many in one read."""
        keys = self._keyspace.of(view)
        residue_bytes = COLUMN_BYTES if fold_of(options, view.scope) in SUMS else 0
        most = distinct_scores(of_views)
        head = (ranking.value.encode(), most, residue_bytes, prefix_bytes(options, view.scope))
        where = (self._keyspace.state(view.board), keys.entries, keys.prefixes)
        return where, (view.generation, keys.expires_at_seconds, *head, *arguments)

    def _read(self, view: View, function: str, keys: Sequence[bytes], arguments: Sequence[bytes | int]) -> Any:
        try:
            return self._library.read(function, keys, *arguments)
        except redis.ResponseError as error:
            raise refusal(view, error) from error


def distinct_scores(views: int) -> int:
    """How many distinct better scores a dense ranking counts in each of so many views of one read."""
    return MAX_DISTINCT_SCORES // max(1, views)


def refusal(view: View, error: redis.ResponseError) -> Exception:
    """What the server's error means, or the error itself."""
    text = str(error)
    if text.startswith(NOT_LIVE):
        return MovedError(view)
    if text.startswith(EXPIRED):
        return ViewExpiredError(view)
    return RankTooDeepError(view) if text.startswith(TOO_DEEP) else error


def bound_of(score: int, view: View, options: BoardOptions) -> tuple[bytes, bytes]:
    """The key and the residue at which ``view`` keeps ``score``, exact to the last digit."""
    signed = direction(options) * score
    if fold_of(options, view.scope) in SUMS:
        key = float(signed)
        return b"%.17g" % key, (signed - int(key) + BIAS).to_bytes(COLUMN_BYTES, "big")
    if abs(signed) > MAX_SCORE:
        return b"%d" % (_BEYOND if signed > 0 else -_BEYOND), b""
    return b"%d" % signed, b""


def share_ranks(standings: Sequence[Standing], shared: int, ranking: Ranking) -> tuple[Standing, ...]:
    """Consecutive ``standings`` with the ranks of ``ranking``; ``shared`` is that of the first of them."""
    if ranking is Ranking.ORDINAL:
        return tuple(standings)
    ranked: list[Standing] = []
    for standing in standings:
        if ranked and standing.score != ranked[-1].score:
            shared = standing.rank if ranking is Ranking.COMPETITION else shared + 1
        ranked.append(replace(standing, rank=shared, position=shared + 1))
    return tuple(ranked)
