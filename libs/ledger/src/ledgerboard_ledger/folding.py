"""The fold of the ledger as SQL: what the entries of a view are, and what orders them.

It says once more, in the words of the database, what the boards do. Both are folds of the same facts into a total
order, so there is one right answer, and any difference is a defect.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, Numeric, Select, case, cast, false, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from ledgerboard_contracts import (
    ALL_TIME,
    MAX_SCORE,
    BoardOptions,
    Order,
    Policy,
    Scope,
    ScopeKind,
    TieBreak,
    View,
    spans_of,
)
from ledgerboard_ledger.counting import CONTAINED, COUNTING
from ledgerboard_ledger.tables import facts

NO_TIE_VALUE: Final = 2**63 - 1
"""What stands for a tie-break that a play lacks. It ranks behind every value, in either direction."""

_fact: Final = facts.alias("f")


def keeps_every_play(scope: Scope, options: BoardOptions) -> bool:
    """Whether each play is an entry of its own, so that a player may have several."""
    return options.policy is Policy.PLAYS and scope.kind is not ScopeKind.LEVELS


def adds_up(scope: Scope, options: BoardOptions) -> bool:
    """Whether an entry is a sum of plays."""
    return options.policy is Policy.TOTAL or scope.kind is ScopeKind.LEVELS


def ordering(scope: Scope, options: BoardOptions) -> Sequence[str]:
    """The columns that order the entries of a view, the first one first, all ascending."""
    ties = () if adds_up(scope, options) else tuple(f"tie_{place}" for place in range(len(options.ties)))
    events = ("event_id",) if keeps_every_play(scope, options) else ()
    return ("key", *ties, "achieved_at", *events, "player")


def entries_of(
    view: View, options: BoardOptions, *, snapshot: str | None = None, remembered: bool = False
) -> Select[Any]:
    """The entries of ``view`` in no order: ``player``, ``score``, and the columns of `ordering`.

    Only facts that count now, and with a ``snapshot`` (the text of a ``pg_snapshot``) only those recorded before it.
    ``remembered`` adds what a fold of one fact after another has to know besides: the ``event_id`` of a latest play; of
    a total whether any play ``changes`` it; for a sum over levels the lists ``levels``, and of the best and of the
    first play on each ``level_keys``, ``level_times``, ``first_keys`` and ``first_times``.
    """
    plays = _members(view, options, snapshot)
    if view.scope.kind is ScopeKind.LEVELS:
        bests = _bests_of_levels(plays, options).subquery()
        sums = _sums(bests, options)
        return sums.add_columns(*_levels_of(bests, options)) if remembered else sums
    if options.policy is Policy.TOTAL:
        changes = (_fact.c.score != 0).label("changes")
        added = plays.add_columns(_fact.c.player, _fact.c.score, _fact.c.occurred_at, changes).subquery()
        totals = _sums(added, options)
        return totals.add_columns(func.bool_or(added.c.changes).label("changes")) if remembered else totals
    entries = plays.add_columns(
        _fact.c.player, _fact.c.score, _fact.c.occurred_at.label("achieved_at"), signed(_fact.c.score, options)
    ).add_columns(*(_tie(tie).label(f"tie_{place}") for place, tie in enumerate(options.ties)))
    if options.policy is Policy.PLAYS:
        return entries.add_columns(_fact.c.event_id)
    entries = entries.ext(distinct_on(_fact.c.player))
    if options.policy is Policy.LATEST:
        entries = entries.add_columns(_fact.c.event_id) if remembered else entries
        return entries.order_by(_fact.c.player, _fact.c.occurred_at.desc(), _fact.c.event_id.desc())
    return entries.order_by(_fact.c.player, *(text(name) for name in ordering(view.scope, options)[:-1]))


def signed(score: ColumnElement[Any], options: BoardOptions) -> ColumnElement[Any]:
    """The sort key of a score: ascending whatever the board's order is."""
    return (-score if options.order is Order.DESC else score).label("key")


def _members(view: View, options: BoardOptions, snapshot: str | None) -> Select[Any]:
    """The facts that count in the view, as a selection of no columns yet."""
    members = select().select_from(_fact).where(_fact.c.board == view.board, text(COUNTING))
    if not _is_drawn(view, options):
        return members.where(false())
    if view.scope.kind is ScopeKind.LEVEL:
        members = members.where(_fact.c.level == view.scope.name)
    elif view.scope.kind is ScopeKind.LEVELS:
        members = members.where(_fact.c.level.is_not(None))
    elif view.scope.kind is ScopeKind.SESSION:
        members = members.where(_fact.c.session == view.scope.name)
    if view.span != ALL_TIME:
        members = members.where(_fact.c.occurred_at >= view.span.start, _fact.c.occurred_at < view.span.end)
    return members if snapshot is None else members.where(text(CONTAINED).bindparams(snapshot=snapshot))


def _is_drawn(view: View, options: BoardOptions) -> bool:
    """Whether the board's options draw the view at all. One that they do not draw is empty, as it is in the boards."""
    drawn = {
        ScopeKind.BOARD: True,
        ScopeKind.LEVEL: options.level_views,
        ScopeKind.LEVELS: options.level_total_view,
        ScopeKind.SESSION: options.session_views and view.span == ALL_TIME,
    }
    start = view.span.start
    is_on = view.span == ALL_TIME or (start is not None and view.span in spans_of(start, options.calendar))
    return drawn[view.scope.kind] and is_on


def _bests_of_levels(plays: Select[Any], options: BoardOptions) -> Select[Any]:
    """Each player's best play on each level: the better score, then the earlier. Beside it the first play there.

    It changed the player's sum unless it is the first one there, and 0.
    """
    key, time = signed(_fact.c.score, options).element, _fact.c.occurred_at
    first_time, first_key = (
        func.first_value(column).over(partition_by=[_fact.c.player, _fact.c.level], order_by=[time, key])
        for column in (time, key)
    )
    return (
        plays.add_columns(
            _fact.c.player,
            _fact.c.score,
            time,
            _fact.c.level,
            first_key.label("first_key"),
            first_time.label("first_time"),
            ((_fact.c.score != 0) | (first_time < time)).label("changes"),
        )
        .ext(distinct_on(_fact.c.player, _fact.c.level))
        .order_by(_fact.c.player, _fact.c.level, key, time)
    )


def _sums(plays: FromClause, options: BoardOptions) -> Select[Any]:
    """The sums of ``plays``, which may exceed 64 bits.

    A sum was reached with the last play that ``changes`` it; where none does, with the first of the plays of 0.
    """
    total = cast(func.sum(plays.c.score), Numeric)
    reached = func.coalesce(func.max(plays.c.occurred_at).filter(plays.c.changes), func.min(plays.c.occurred_at))
    return select(plays.c.player, total.label("score"), reached.label("achieved_at"), signed(total, options)).group_by(
        plays.c.player
    )


def _levels_of(bests: FromClause, options: BoardOptions) -> Sequence[ColumnElement[Any]]:
    """The plays that decide a sum, as lists that belong together by place."""
    columns = {
        "levels": bests.c.level,
        "level_keys": signed(bests.c.score, options).element,
        "level_times": bests.c.occurred_at,
        "first_keys": bests.c.first_key,
        "first_times": bests.c.first_time,
    }
    return [func.array_agg(aggregate_order_by(column, bests.c.level)).label(name) for name, column in columns.items()]


def _tie(tie: TieBreak) -> ColumnElement[int]:
    """The column of a tie-break: an integer within +-2^53 that was written as one, or else `NO_TIE_VALUE`.

    The written form tells: jsonb keeps the digits behind the point, and 5.0 is no integer.
    """
    value = cast(_fact.c.attributes.op("->>")(tie.attribute), Numeric)
    is_number = func.jsonb_typeof(_fact.c.attributes.op("->")(tie.attribute)) == "number"
    is_whole = case((is_number, (func.scale(value) == 0) & value.between(-MAX_SCORE, MAX_SCORE)), else_=false())
    column = cast(value if tie.order is Order.ASC else -value, BigInteger)
    return case((is_whole, column), else_=NO_TIE_VALUE)
