"""Which days, weeks and months of a board ended within a stretch of time, by the board's own clocks."""

from collections.abc import Sequence
from datetime import datetime

from ledgerboard_contracts import BoardOptions, Calendar, Period, Span, spans_of

_SHORTER_FIRST = {Period.DAY: 0, Period.WEEK: 1, Period.MONTH: 2, Period.SEASON: 3}


def ended_spans(options: BoardOptions, after: datetime, until: datetime) -> Sequence[Span]:
    """Those whose end lies after ``after`` and not after ``until`` (both aware). Costs by the number of days."""
    calendar = Calendar(time_zone=options.time_zone)
    ended: dict[str, Span] = {}
    moment = after
    while moment <= until:
        _, *spans = spans_of(moment, calendar)
        ended |= {span.key: span for span in spans if span.end is not None and after < span.end <= until}
        moment = next(span.end for span in spans if span.period is Period.DAY and span.end is not None)
    return list(ended.values())


def ended_seasons(options: BoardOptions, until: datetime) -> Sequence[Span]:
    """The seasons that ended, however long ago: one may be defined after its end."""
    return [
        next(span for span in spans_of(season.start, options.calendar) if span.key == f"season:{season.key}")
        for season in options.seasons
        if season.end <= until
    ]


def in_order_of_end(board: str, span: Span) -> tuple[datetime, str, int, str]:
    """What sorts the periods of all boards: what ended first, then by board, the shorter period first."""
    assert span.end is not None  # noqa: S101 -- all time never ends.
    return span.end, board, _SHORTER_FIRST[span.period], span.key
