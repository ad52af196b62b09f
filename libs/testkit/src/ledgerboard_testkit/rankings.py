"""The fold that every view must equal, for every policy, written as plainly as it can be: from all facts, each time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from math import inf
from typing import TypeAlias

from ledgerboard_contracts import (
    FIRST_GENERATION,
    BoardOptions,
    Fact,
    Order,
    Policy,
    ScopeKind,
    Standing,
    View,
    views_of,
)

Row: TypeAlias = tuple[tuple[object, ...], str, int, datetime]
"""What a view orders by, the player, the score, and when it was achieved."""


def expected_standings(facts: Iterable[Fact], options: BoardOptions, view: View) -> tuple[Standing, ...]:
    """The whole of ``view``. A fact that comes more than once counts once."""
    return tuple(
        Standing(rank=rank, position=rank + 1, player=player, score=score, achieved_at=when)
        for rank, (_, player, score, when) in enumerate(expected_rows(facts, options, view))
    )


def expected_rows(facts: Iterable[Fact], options: BoardOptions, view: View) -> list[Row]:
    """The same with what orders them, best first."""
    distinct = {fact.event_id: fact for fact in facts}.values()
    drawn = replace(view, generation=FIRST_GENERATION)  # Every generation shows the same.
    members = [fact for fact in distinct if drawn in views_of(view.board, fact, options)]
    if view.scope.kind is ScopeKind.LEVELS:
        rows = _by_player(members, lambda plays: _sum_of_levels(plays, options))
    elif options.policy is Policy.TOTAL:
        rows = _by_player(members, lambda plays: _sum_of(plays, options))
    elif options.policy is Policy.LATEST:
        rows = _by_player(members, lambda plays: _row_of(max(plays, key=_moment), options))
    elif options.policy is Policy.BEST:
        rows = _by_player(members, lambda plays: min(_row_of(play, options) for play in plays))
    else:
        rows = [_row_of(play, options) for play in members]
    return sorted(rows)


def row_if_played(play: Fact, options: BoardOptions, view: View) -> Row:
    """The row of ``view`` that ``play`` alone would make; of sums its score is the sum."""
    if view.scope.kind is ScopeKind.LEVELS or options.policy is Policy.TOTAL:
        return _sum_of([play], options)
    return _row_of(play, options)


def _by_player(facts: Iterable[Fact], row_of: Callable[[Sequence[Fact]], Row]) -> list[Row]:
    ordered = sorted(facts, key=lambda fact: fact.player)
    return [row_of(list(plays)) for _, plays in groupby(ordered, lambda fact: fact.player)]


def _row_of(play: Fact, options: BoardOptions) -> Row:
    attributes = play.attributes or {}
    ties = tuple(
        _signed(attributes[tie.attribute], tie.order) if tie.attribute in attributes else inf for tie in options.ties
    )
    last = (play.event_id.bytes,) if options.policy is Policy.PLAYS else ()
    order = (_signed(play.score, options.order), *ties, play.occurred_at, *last, play.player.encode())
    return order, play.player, play.score, play.occurred_at


def _sum_of(plays: Sequence[Fact], options: BoardOptions) -> Row:
    """Equal sums: who reached theirs first."""
    return _reached(
        [(play.occurred_at, _signed(play.score, options.order)) for play in plays], plays[0].player, options
    )


def _sum_of_levels(plays: Sequence[Fact], options: BoardOptions) -> Row:
    """The same, where a play adds by how much it is better than those before it on its level."""
    bests: dict[str | None, int] = {}
    steps = []
    for play in sorted(plays, key=lambda play: (play.occurred_at, _signed(play.score, options.order))):
        key, best = _signed(play.score, options.order), bests.get(play.level)
        if best is None or key < best:
            bests[play.level] = key
            steps.append((play.occurred_at, key - (best or 0)))
    return _reached(steps, plays[0].player, options)


def _reached(steps: Sequence[tuple[datetime, int]], player: str, options: BoardOptions) -> Row:
    """The sum of what each step adds to the sort key, and since when it has been that: the last step that changed it.

    It began with the first step, whatever that added.
    """
    ordered = sorted(steps)
    when, key = ordered[0][0], 0
    for moment, added in ordered:
        key += added
        when = moment if added else when
    return (key, when, player.encode()), player, _signed(key, options.order), when


def _moment(play: Fact) -> tuple[datetime, bytes]:
    return play.occurred_at, play.event_id.bytes


def _signed(number: int, order: Order) -> int:
    return number if order is Order.ASC else -number
