"""Which plays are suspect, told in a few lines of Python from the whole of what was recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ledgerboard_contracts import AttemptPeriod, BoardOptions, Fact, Order, event_time


@dataclass(frozen=True)
class Played:
    """A fact and the options of the version that it names."""

    fact: Fact
    options: BoardOptions


def suspects(plays: Sequence[Played]) -> Mapping[str, list[str]]:
    """The rules that suspect each play of one board, by its id."""
    found = {str(each.fact.event_id): _rules(each, plays) for each in plays}
    return {event_id: rules for event_id, rules in found.items() if rules}


def _rules(play: Played, plays: Sequence[Played]) -> list[str]:
    before = [
        each for each in plays
        if each.fact.player == play.fact.player and each.fact.event_id < play.fact.event_id
    ]  # fmt: skip
    rules = [("max_attempts", _too_often(play, before)), ("max_gain", _too_good(play, before))]
    return [name for name, is_broken in rules if is_broken]


def _too_often(play: Played, before: Sequence[Played]) -> bool:
    rule = play.options.max_attempts
    if rule is None:
        return False
    zone = ZoneInfo(play.options.time_zone)
    began = _began(event_time(play.fact.event_id), rule.period, zone)
    counted = [each for each in before if each.options.max_attempts and event_time(each.fact.event_id) >= began]
    return len(counted) >= rule.plays


def _too_good(play: Played, before: Sequence[Played]) -> bool:
    rule = play.options.max_gain
    if rule is None:
        return False
    sign = -1 if play.options.order is Order.ASC else 1
    since = event_time(play.fact.event_id) - timedelta(seconds=rule.seconds)
    return any(
        sign * (play.fact.score - each.fact.score) > rule.score
        for each in before
        if each.options.max_gain and each.fact.level == play.fact.level and event_time(each.fact.event_id) >= since
    )


def _began(moment: datetime, period: AttemptPeriod, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if period is AttemptPeriod.HOUR:
        return moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if period is AttemptPeriod.WEEK:
        midnight -= timedelta(days=local.weekday())
    return midnight
