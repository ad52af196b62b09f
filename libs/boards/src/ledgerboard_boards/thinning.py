"""What decides a player's standing alone, so that a restatement is short however many plays there are.

Keeping the best or the latest of some plays is idempotent and adding is associative, so a view cannot tell the one play
or the sum from all of them. Two plays stand for a sum where one would tell a wrong moment at which it was reached.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from ledgerboard_boards.codec import COLUMN_BYTES, EVENT_ID_BYTES, Fold, fold_of, prefix_bytes
from ledgerboard_boards.packing import Group, groups_of
from ledgerboard_contracts import BoardOptions, Fact

_KEY: Final = struct.Struct(">d")


def thinned(facts: Sequence[Fact], options: BoardOptions) -> Iterator[Group]:
    """The groups of ``facts`` with what each player keeps: one play, the best and first of each level, or a sum.

    Where each play is an entry, it is the best one.
    """
    for group in groups_of(facts, options):
        yield replace(group, records=_deciding(group.records, fold_of(options, group.scope), options))


def _deciding(records: Sequence[bytes], fold: Fold, options: BoardOptions) -> Sequence[bytes]:
    if fold is Fold.TOTAL:
        return _sums(records)
    if fold is Fold.LATEST:
        return _latest(records, _KEY.size + prefix_bytes(options))
    if fold is Fold.LEVELS:
        width = _KEY.size + COLUMN_BYTES
        return [*_best(records, width), *_first(records, width)]
    return _best(records, _KEY.size + prefix_bytes(options))


def _best(records: Sequence[bytes], width: int) -> Sequence[bytes]:
    """By key and columns, which end at ``width``; then it is told whose they are."""
    bests: dict[bytes, tuple[float, bytes, bytes]] = {}
    for record in records:
        place = (_KEY.unpack_from(record)[0], record[_KEY.size : width], record)
        whose = record[width:]
        bests[whose] = min(place, bests.get(whose, place))
    return [record for _, _, record in bests.values()]


def _first(records: Sequence[bytes], width: int) -> Sequence[bytes]:
    """By the time, which ends at ``width``, and the key before it; then it is told whose they are."""
    by_time = sorted(records, key=lambda record: (record[_KEY.size : width], _KEY.unpack_from(record)), reverse=True)
    return list({record[width:]: record for record in by_time}.values())


def _latest(records: Sequence[bytes], width: int) -> Sequence[bytes]:
    """By the time, which ends at ``width``, and the event id behind it."""
    end = width + EVENT_ID_BYTES
    by_time = sorted(records, key=itemgetter(slice(width - COLUMN_BYTES, end)))
    return list({record[end:]: record for record in by_time}.values())


def _sums(records: Sequence[bytes]) -> Sequence[bytes]:
    """The sum of each player's plays as one play; beyond what a double holds, with what is missing as another.

    It has the time of the last play that was not 0. A sum of 0 of such plays is two that cancel out, since a play of 0
    would say that nothing was ever added. Where all plays are 0, the first of them stands for all.
    """
    width = _KEY.size + COLUMN_BYTES
    totals: defaultdict[bytes, int] = defaultdict(int)
    changed: dict[bytes, bytes] = {}
    idle: dict[bytes, bytes] = {}
    for record in records:
        key, time, whose = int(_KEY.unpack_from(record)[0]), record[_KEY.size : width], record[width:]
        totals[whose] += key
        if key:
            changed[whose] = max(changed.get(whose, time), time)
        else:
            idle[whose] = min(idle.get(whose, time), time)
    return [
        _KEY.pack(part) + changed.get(whose, idle.get(whose, b"")) + whose
        for whose, total in totals.items()
        for part in _parts(total, is_changed=whose in changed)
    ]


def _parts(total: int, *, is_changed: bool) -> Sequence[float]:
    """Doubles that add up to ``total``, and of which none is 0 if it was changed."""
    nearest = float(total)
    if total != int(nearest):
        return nearest, total - int(nearest)
    return (1, -1) if is_changed and not total else (nearest,)
