"""Which facts of an envelope go into which views, packed as the function ``fold`` reads them.

A group is facts of one scope that occurred within the same spans. A fact is packed once and stands in the group of each
of its scopes, so that every view is folded once a group and not once a fact.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ledgerboard_boards.codec import BIAS, EPOCH, Fold, direction, fold_of
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

Pack = Callable[[Fact], bytes]

_LAST_COLUMN: Final = (1 << 64) - 1
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
        records = [pack(fact) for fact in together]
        yield Group(WHOLE_BOARD, spans, records)
        scoped = [(fact, record) for fact, record in zip(together, records, strict=True) if fact.level or fact.session]
        if scoped:
            yield from _level_groups(scoped, spans, options)
            for fact, record in scoped:
                if fact.session is not None:
                    sessions[fact.session].append(record)
    if options.session_views:
        yield from (Group(session_scope(name), (ALL_TIME,), records) for name, records in sessions.items())


def _level_groups(
    scoped: Sequence[tuple[Fact, bytes]], spans: tuple[Span, ...], options: BoardOptions
) -> Iterator[Group]:
    if options.level_views:
        levels: defaultdict[str, list[bytes]] = defaultdict(list)
        for fact, record in scoped:
            if fact.level is not None:
                levels[fact.level].append(record)
        yield from (Group(level_scope(name), spans, records) for name, records in levels.items())
    if options.level_total_view:
        pack = packer(options, Fold.LEVELS)
        records = [pack(fact) for fact, _ in scoped if fact.level is not None]
        if records:
            yield Group(ALL_LEVELS, spans, records)


def _by_spans(facts: Iterable[Fact], calendar: Calendar) -> dict[tuple[Span, ...], list[Fact]]:
    found: defaultdict[Any, list[Fact]] = defaultdict(list)
    if calendar != UTC_CALENDAR:
        for fact in facts:
            found[spans_of(fact.occurred_at, calendar)].append(fact)
        return found
    for fact in facts:  # The common case: days are counted, not drawn.
        found[(fact.occurred_at - EPOCH).days].append(fact)
    return {spans_of(EPOCH + timedelta(days=day)): together for day, together in found.items()}


def packer(options: BoardOptions, fold: Fold) -> Pack:
    """How a fact is packed for views of that fold: sort key, columns, player, each as `codec` tells; then the level.

    A sum's record has the time as its only column. The residue is the fold's to know.
    """
    sign, ties = direction(options), () if fold in {Fold.TOTAL, Fold.LEVELS} else options.ties
    pack = struct.Struct(f">d{len(ties) + 1}Q{_FORMATS[fold]}").pack
    if fold is Fold.LEVELS:
        return lambda fact: _with_level(pack, sign, fact)
    if fold in {Fold.LATEST, Fold.PLAYS}:
        return lambda fact: _with_event_id(pack, sign, ties, fact)
    if ties:
        return lambda fact: _with_ties(pack, sign, ties, fact)

    return lambda fact: _plain(pack, sign, fact)


def _plain(pack: Callable[..., bytes], sign: int, fact: Fact) -> bytes:
    """The common case, as `_time` without its call."""
    player, age = fact.player.encode(), fact.occurred_at - EPOCH
    time = (age.days * 86_400 + age.seconds) * 1_000_000 + age.microseconds + BIAS
    return pack(sign * fact.score, time, len(player)) + player


def _with_ties(pack: Callable[..., bytes], sign: int, ties: Sequence[TieBreak], fact: Fact) -> bytes:
    player = fact.player.encode()
    return pack(sign * fact.score, *_ties(fact, ties), _time(fact.occurred_at), len(player)) + player


def _with_event_id(pack: Callable[..., bytes], sign: int, ties: Sequence[TieBreak], fact: Fact) -> bytes:
    player, columns = fact.player.encode(), (*_ties(fact, ties), _time(fact.occurred_at))
    return pack(sign * fact.score, *columns, fact.event_id.bytes, len(player)) + player


def _with_level(pack: Callable[..., bytes], sign: int, fact: Fact) -> bytes:
    player, level = fact.player.encode(), (fact.level or "").encode()
    record = pack(sign * fact.score, _time(fact.occurred_at), len(player)) + player
    return record + struct.pack(">H", len(level)) + level


def _time(when: datetime) -> int:
    age = when - EPOCH
    return (age.days * 86_400 + age.seconds) * 1_000_000 + age.microseconds + BIAS


def _ties(fact: Fact, ties: Sequence[TieBreak]) -> Iterator[int]:
    """A column a tie-break. Ingest accepts no fact without them; one that came all the same ranks last among equals."""
    attributes = fact.attributes or {}
    for tie in ties:
        value = attributes.get(tie.attribute)
        if not is_tie_value(value):
            yield _LAST_COLUMN
        else:
            yield BIAS + (value if tie.order is Order.ASC else -value)
