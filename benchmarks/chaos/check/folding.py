"""The fold: what every view of a board must show of the facts that count, by the definition of each policy.

A view ascends by sort key, which is the score, negated where more is better. Equal keys are ordered by the board's
tie-breaks, then by the moment of the play, then by the event where every play is an entry, then by the player's id.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeGuard
from zoneinfo import ZoneInfo

from benchmarks.chaos.check.records import MAX_TIE, Fact

ViewName = tuple[str, str, str]
"""Period, key and scope. The scope is ``board``, ``levels``, ``level:<name>`` or ``session:<name>``."""

Place = tuple[str, int, int]
"""Player, score and moment, as a place shows them."""

_ALL: Final = ("all", "all")
_LAST: Final = MAX_TIE + 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT_DAYS: Final = {"day": 8, "week": 30, "month": 62}
"""How long a view of a period stays on the boards after the period's end."""

Plays = dict[ViewName, list[Fact]]


def views(facts: Iterable[Fact], options: Mapping[str, Any]) -> Mapping[ViewName, Sequence[Place]]:
    """Every view that has a place, and its places, best first."""
    gathered: defaultdict[ViewName, list[Fact]] = defaultdict(list)
    for fact in facts:
        for name in views_of(fact, options):
            gathered[name].append(fact)
    return {name: fold(plays, options, name[2]) for name, plays in gathered.items()}


def views_of(fact: Fact, options: Mapping[str, Any]) -> Iterator[ViewName]:
    """The views that a play belongs to. A session is ranked over all of its time only."""
    scopes = ["board"]
    if fact.level is not None and options["level_views"]:
        scopes.append(f"level:{fact.level}")
    if fact.level is not None and options["level_total_view"]:
        scopes.append("levels")
    spans = [_ALL, *_dates(fact.at // 1_000_000, options["time_zone"])]
    spans += [("season", each["key"]) for each in options["seasons"] if _is_within(fact.at, each)]
    for scope in scopes:
        for period, key in spans:
            yield period, key, scope
    if fact.session is not None and options["session_views"]:
        yield (*_ALL, f"session:{fact.session}")


def fold(plays: Iterable[Fact], options: Mapping[str, Any], scope: str) -> Sequence[Place]:
    """The places of a view with these plays."""
    sign = 1 if options["order"] == "asc" else -1
    if scope == "levels":
        entries = _sums(_of_levels(plays, sign))
    elif options["policy"] == "total":
        entries = _sums(_by_player((fact.player, sign * fact.score, fact.at, fact.score != 0) for fact in plays))
    elif options["policy"] == "plays":
        entries = [((*_key(fact, options, sign), fact.event_id, fact.player.encode()), fact.player) for fact in plays]
    elif options["policy"] == "latest":
        entries = [_entry(max(own, key=_recency), options, sign) for own in _of_players(plays).values()]
    else:
        entries = [_entry(min(own, key=lambda fact: _key(fact, options, sign)), options, sign)
                   for own in _of_players(plays).values()]  # fmt: skip
    moment = -3 if options["policy"] == "plays" and scope != "levels" else -2
    return [(player, sign * order[0], order[moment]) for order, player in sorted(entries)]


def is_kept(period: str, key: str, time_zone: str, read_at: int) -> bool:
    """Whether the boards still have the view of a period at that moment, a day's doubt aside."""
    if period not in _KEPT_DAYS:
        return True
    end = _end(period, key) + timedelta(days=_KEPT_DAYS[period] - 1)
    return _local_date(read_at // 1_000_000, time_zone) < end


Entry = tuple[tuple[Any, ...], str]
"""By what a place is ordered, its sort key first, and whose it is."""

Part = tuple[int, int, bool]
"""What a play adds to a sum, when, and whether it changed the sum."""


def _entry(fact: Fact, options: Mapping[str, Any], sign: int) -> Entry:
    return (*_key(fact, options, sign), fact.player.encode()), fact.player


def _key(fact: Fact, options: Mapping[str, Any], sign: int) -> tuple[int, ...]:
    return sign * fact.score, *_ties(fact, options), fact.at


def _recency(fact: Fact) -> tuple[int, str]:
    return fact.at, fact.event_id


def _ties(fact: Fact, options: Mapping[str, Any]) -> Iterator[int]:
    """One that a play lacks ranks last among equals."""
    for tie in options["ties"]:
        value: object = fact.attributes.get(tie["attribute"])
        if not is_tie(value):
            yield _LAST
        else:
            yield value if tie.get("order") == "asc" else -value


def is_tie(value: object) -> TypeGuard[int]:
    """Whether an attribute can break ties."""
    return isinstance(value, int) and not isinstance(value, bool) and -MAX_TIE <= value <= MAX_TIE


def _of_players(plays: Iterable[Fact]) -> Mapping[str, Sequence[Fact]]:
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in plays:
        found[fact.player].append(fact)
    return found


def _by_player(parts: Iterable[tuple[str, int, int, bool]]) -> Mapping[str, Sequence[Part]]:
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for player, key, at, changes in parts:
        found[player].append((key, at, changes))
    return found


def _of_levels(plays: Iterable[Fact], sign: int) -> Mapping[str, Sequence[Part]]:
    """Of each player the best play on each level: the earlier one of equals.

    It changed the sum, but for a 0 that was the first play there.
    """
    bests: dict[tuple[str, str | None], tuple[int, int]] = {}
    firsts: dict[tuple[str, str | None], int] = {}
    for fact in plays:
        play, whose = (sign * fact.score, fact.at), (fact.player, fact.level)
        bests[whose] = min(play, bests.get(whose, play))
        firsts[whose] = min(fact.at, firsts.get(whose, fact.at))
    return _by_player((whose[0], key, at, key != 0 or firsts[whose] < at) for whose, (key, at) in bests.items())


def _sums(parts: Mapping[str, Sequence[Part]]) -> list[Entry]:
    """A sum was reached with the last play that changed it, and a sum of nothing but zeros with the first of these."""
    return [
        ((sum(key for key, _, _ in own), _reached_at(own), player.encode()), player) for player, own in parts.items()
    ]


def _reached_at(own: Sequence[Part]) -> int:
    changes = [at for _, at, changed in own if changed]
    return max(changes) if changes else min(at for _, at, _ in own)


@lru_cache(maxsize=100_000)
def _dates(second: int, time_zone: str) -> Sequence[tuple[str, str]]:
    """Period and key of the month, the ISO week and the day of a moment, by the clocks of the zone."""
    day = _local_date(second, time_zone)
    year, week, _ = day.isocalendar()
    return ("month", f"{day:%Y-%m}"), ("week", f"{year:04}-W{week:02}"), ("day", day.isoformat())


def _local_date(second: int, time_zone: str) -> date:
    return (_EPOCH + timedelta(seconds=second)).astimezone(ZoneInfo(time_zone)).date()


def _end(period: str, key: str) -> date:
    """The first day after a period."""
    if period == "week":
        return date.fromisocalendar(int(key[:4]), int(key[6:]), 1) + timedelta(days=7)
    if period == "month":
        return (date.fromisoformat(f"{key}-01") + timedelta(days=32)).replace(day=1)
    return date.fromisoformat(key) + timedelta(days=1)


def _is_within(at: int, season: Mapping[str, str]) -> bool:
    return microseconds(season["start"]) <= at < microseconds(season["end"])


@lru_cache(maxsize=1_000)
def microseconds(moment: str) -> int:
    """An ISO 8601 moment with an offset, since 1970."""
    return (datetime.fromisoformat(moment) - _EPOCH) // timedelta(microseconds=1)
