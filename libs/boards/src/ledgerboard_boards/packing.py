"""Which facts of an envelope go into which views, packed as the function ``fold`` reads them.

A group is facts of one scope that occurred within the same spans. A fact is packed once and stands in the group of each
of its scopes, so that every view is folded once a group and not once a fact.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ledgerboard_boards.codec import BIAS, EPOCH, SUMS, Fold, direction, fold_of
from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    UTC_CALENDAR,
    WHOLE_BOARD,
    BoardOptions,
    Calendar,
    Fact,
    Order,
    Policy,
    Scope,
    Span,
    TieBreak,
    is_tie_value,
    level_scope,
    session_scope,
    spans_of,
)

Timed = tuple[Fact, int]
"""A fact and its time column."""

Pack = Callable[[Fact, int], bytes]

_LAST_COLUMN: Final = (1 << 64) - 1
_LENGTH: Final = struct.Struct(">H")
_FORMATS: Final = {Fold.BEST: "H", Fold.LATEST: "16sH", Fold.PLAYS: "16sH", Fold.TOTAL: "H", Fold.LEVELS: "H"}
"""What follows the columns of a packed fact: the event id where it counts, and the length of the player's id."""


@dataclass(frozen=True, slots=True)
class Group:
    """Packed facts that go into the views of one scope and the same spans."""

    scope: Scope
    spans: tuple[Span, ...]
    records: Sequence[bytes]


def groups_of(facts: Iterable[Fact], options: BoardOptions) -> Iterator[Group]:
    """The groups of an envelope's ``facts``."""
    if options.policy is Policy.TOTAL:  # The one fold that a repeat within the envelope would harm.
        facts = {fact.event_id: fact for fact in facts}.values()
    pack = packer(options, fold_of(options))
    sessions: defaultdict[str, list[bytes]] = defaultdict(list)
    for spans, together in _by_spans(facts, options.calendar).items():
        records = [pack(fact, time) for fact, time in together]
        yield Group(WHOLE_BOARD, spans, records)
        if any(fact.level or fact.session for fact, _ in together):
            yield from _level_groups(together, records, spans, options)
            for (fact, _), record in zip(together, records, strict=True):
                if fact.session is not None:
                    sessions[fact.session].append(record)
    if options.session_views:
        yield from (Group(session_scope(name), (ALL_TIME,), records) for name, records in sessions.items())


def _level_groups(
    together: Sequence[Timed], records: Sequence[bytes], spans: tuple[Span, ...], options: BoardOptions
) -> Iterator[Group]:
    if options.level_views:
        levels: defaultdict[str, list[bytes]] = defaultdict(list)
        for (fact, _), record in zip(together, records, strict=True):
            if fact.level is not None:
                levels[fact.level].append(record)
        yield from (Group(level_scope(name), spans, packed) for name, packed in levels.items())
    if options.level_total_view:
        pack = packer(options, Fold.LEVELS)
        packed = [pack(fact, time) for fact, time in together if fact.level is not None]
        if packed:
            yield Group(ALL_LEVELS, spans, packed)


def _by_spans(facts: Iterable[Fact], calendar: Calendar) -> dict[tuple[Span, ...], list[Timed]]:
    """The facts that occurred within the same spans. By plain UTC they are the same days, and need no calendar."""
    found: defaultdict[Any, list[Timed]] = defaultdict(list)
    plain = calendar == UTC_CALENDAR
    for fact in facts:
        age = fact.occurred_at - EPOCH
        time = (age.days * 86_400 + age.seconds) * 1_000_000 + age.microseconds + BIAS
        found[age.days if plain else spans_of(fact.occurred_at, calendar)].append((fact, time))
    return {spans_of(EPOCH + timedelta(days=day)): timed for day, timed in found.items()} if plain else found


def packer(options: BoardOptions, fold: Fold) -> Pack:
    """How a fact is packed for views of that fold: sort key, columns, player, each as `codec` tells; then the level.

    A sum's record has the time as its only column. The residue is the fold's to know.
    """
    sign, ties = direction(options), () if fold in SUMS else options.ties
    pack = struct.Struct(f">d{len(ties) + 1}Q{_FORMATS[fold]}").pack

    def plain(fact: Fact, time: int) -> bytes:
        player = fact.player.encode()
        return pack(sign * fact.score, time, len(player)) + player

    def with_ties(fact: Fact, time: int) -> bytes:
        player = fact.player.encode()
        return pack(sign * fact.score, *_ties(fact, ties), time, len(player)) + player

    def with_event_id(fact: Fact, time: int) -> bytes:
        player = fact.player.encode()
        return pack(sign * fact.score, *_ties(fact, ties), time, fact.event_id.bytes, len(player)) + player

    def with_level(fact: Fact, time: int) -> bytes:
        level = (fact.level or "").encode()
        return plain(fact, time) + _LENGTH.pack(len(level)) + level

    if fold is Fold.LEVELS:
        return with_level
    if fold in {Fold.LATEST, Fold.PLAYS}:
        return with_event_id
    return with_ties if ties else plain


def _ties(fact: Fact, ties: Sequence[TieBreak]) -> Iterator[int]:
    """A column a tie-break. Ingest accepts no fact without them; one that came all the same ranks last among equals."""
    attributes = fact.attributes or {}
    for tie in ties:
        value = attributes.get(tie.attribute)
        if not is_tie_value(value):
            yield _LAST_COLUMN
        else:
            yield BIAS + (value if tie.order is Order.ASC else -value)
