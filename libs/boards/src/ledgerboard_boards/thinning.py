"""What decides a player's standing alone, so that a restatement is short however many plays there are.

Keeping the best or the latest of some plays is idempotent and adding is associative, so a view cannot tell the one play
or the sum from all of them.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from ledgerboard_boards.codec import COLUMN_BYTES, EVENT_ID_BYTES, Fold, fold_of, prefix_bytes
from ledgerboard_boards.packing import Group, groups_of
from ledgerboard_contracts import BoardOptions, Fact

_KEY: Final = struct.Struct(">d")


def thinned(facts: Sequence[Fact], options: BoardOptions) -> Iterator[Group]:
    """The groups of ``facts`` with what each player keeps: one play, one of each level, or the sum of a total.

    Where each play is an entry, it is the best one.
    """
    for group in groups_of(facts, options):
        yield replace(group, records=_deciding(group.records, fold_of(options, group.scope), options))


def _deciding(records: Sequence[bytes], fold: Fold, options: BoardOptions) -> Sequence[bytes]:
    if fold is Fold.TOTAL:
        return _sums(records)
    if fold is Fold.LATEST:
        return _latest(records, _KEY.size + prefix_bytes(options))
    return _best(records, _KEY.size + (COLUMN_BYTES if fold is Fold.LEVELS else prefix_bytes(options)))


def _best(records: Sequence[bytes], width: int) -> Sequence[bytes]:
    """By key and columns, which end at ``width``; then it is told whose they are."""
    bests: dict[bytes, tuple[float, bytes, bytes]] = {}
    for record in records:
        place = (_KEY.unpack_from(record)[0], record[_KEY.size : width], record)
        whose = record[width:]
        bests[whose] = min(place, bests.get(whose, place))
    return [record for _, _, record in bests.values()]


def _latest(records: Sequence[bytes], width: int) -> Sequence[bytes]:
    """By the time, which ends at ``width``, and the event id behind it."""
    end = width + EVENT_ID_BYTES
    by_time = sorted(records, key=itemgetter(slice(width - COLUMN_BYTES, end)))
    return list({record[end:]: record for record in by_time}.values())


def _sums(records: Sequence[bytes]) -> Sequence[bytes]:
    """The sum of each player's plays as one play; beyond what a double holds, with what is missing as another."""
    width = _KEY.size + COLUMN_BYTES
    sums: dict[bytes, tuple[int, bytes]] = {}
    for record in records:
        key, time, whose = int(_KEY.unpack_from(record)[0]), record[_KEY.size : width], record[width:]
        total, last = sums.get(whose, (0, time))
        sums[whose] = total + key, max(last, time)
    parts: list[bytes] = []
    for whose, (total, last) in sums.items():
        nearest = float(total)
        missing = total - int(nearest)
        parts += [_KEY.pack(part) + last + whose for part in ((nearest, missing) if missing else (nearest,))]
    return parts
