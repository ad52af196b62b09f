"""Where players stand, out of the ledger: one, several together, one on several boards, and one yet to play."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, FromClause, Uuid, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from ledgerboard_contracts import (
    BoardOptions,
    Fact,
    HypotheticalPlacing,
    ListedStanding,
    Order,
    Placing,
    Ranking,
    Standing,
    View,
    is_tie_value,
)
from ledgerboard_ledger.folding import NO_TIE_VALUE, entries_of, keeps_every_play, ordering
from ledgerboard_ledger.ranking import ViewReader, key_of, ranked, standing_of
from ledgerboard_ledger.tables import facts


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
        board = ranked(view, options, ranking)
        place = board.first_of(player).label("place")
        (row,) = self._rows(board.rows([board.total, place], lambda measure: board.columns.ordinal == measure.place))
        return None if row.place is None else Placing(standing=standing_of(row), better=row.better, total=row.total)

    def listed(
        self, view: View, options: BoardOptions, players: Sequence[str], ranking: Ranking = Ranking.ORDINAL
    ) -> Sequence[ListedStanding]:
        """Those of ``players`` who have a place, best first, ranked on the board and, by the same rule, in the list."""
        columns = ranked(view, options, ranking).columns
        own = select(*columns).where(columns.player.in_(players)).ext(distinct_on(columns.player))
        own_columns = own.order_by(columns.player, columns.ordinal).subquery("own").c
        rows = self._rows(select(*own_columns).order_by(own_columns.ordinal))
        return _ranked_in_list([standing_of(row) for row in rows], ranking)

    def standings_of(
        self, player: str, views: Sequence[tuple[View, BoardOptions]], ranking: Ranking = Ranking.ORDINAL
    ) -> Sequence[Standing | None]:
        """The player's standing in each of several views; each of them is of one moment."""
        return [self.standing(view, options, player, ranking) for view, options in views]

    def hypothetical(
        self, view: View, options: BoardOptions, play: Fact, ranking: Ranking = Ranking.ORDINAL
    ) -> HypotheticalPlacing:
        """Where an entry with the play's score, tie-breaks, time and player would stand. Writes nothing.

        The player's own entry counts for nothing, since the new one would stand in its place: on a board of plays both
        would stand. On a board of totals the score is the sum that is asked about.
        """
        others = entries_of(view, options).subquery("entries")
        key, own = key_of(play.score, options), _order_of(play, view, options)
        is_before = tuple_(*(others.c[name] for name in own)) < tuple_(*own.values())
        better = func.count(others.c.key).filter(others.c.key < key)
        before = {
            Ranking.ORDINAL: func.count(others.c.key).filter(is_before),
            Ranking.COMPETITION: better,
            Ranking.DENSE: func.count(others.c.key.distinct()).filter(others.c.key < key),
        }
        counts = select(before[ranking].label("rank"), better.label("better"), func.count().label("total"))
        (row,) = self._rows(_without_own(counts.select_from(others), others, play.player, view, options))
        return HypotheticalPlacing(rank=row.rank, position=row.rank + 1, better=row.better, total=row.total + 1)


def _without_own(counts: Any, others: FromClause, player: str, view: View, options: BoardOptions) -> Any:
    return counts if keeps_every_play(view.scope, options) else counts.where(others.c.player != player)


def _order_of(play: Fact, view: View, options: BoardOptions) -> dict[str, ColumnElement[Any]]:
    """What would order the entry of ``play``, by the names of `ordering`."""
    attributes = play.attributes or {}
    values: dict[str, ColumnElement[Any]] = {
        "key": key_of(play.score, options),
        "achieved_at": cast(play.occurred_at, DateTime(timezone=True)),
        "event_id": cast(play.event_id, Uuid),
        "player": cast(play.player, facts.c.player.type),
    }
    for place, tie in enumerate(options.ties):
        value = attributes.get(tie.attribute)
        signed = (value if tie.order is Order.ASC else -value) if is_tie_value(value) else NO_TIE_VALUE
        values[f"tie_{place}"] = cast(signed, BigInteger)
    return {name: values[name] for name in ordering(view.scope, options)}


def _ranked_in_list(standings: Sequence[Standing], ranking: Ranking) -> Sequence[ListedStanding]:
    """Rank within the list by the rule that ranked on the board: equal scores share, or they do not."""
    scores = [standing.score for standing in standings]
    distinct = list(dict.fromkeys(scores))
    listed = []
    for place, standing in enumerate(standings):
        shared = {Ranking.ORDINAL: place, Ranking.COMPETITION: scores.index(standing.score)}
        rank = shared.get(ranking, distinct.index(standing.score))
        listed.append(ListedStanding(standing=standing, list_rank=rank, list_position=rank + 1))
    return listed
