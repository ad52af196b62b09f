"""Close periods: copy the final standings out of the ledger, once, and write down who is to be told.

One transaction does all of it, and the unique key of a period lets only one such transaction in. An advisory lock keeps
closings one after another, so that their numbers are in the order in which they were made.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.dialects.postgresql import insert

from ledgerboard_contracts import BoardDefinition, BoardOptions, Period, Span, View
from ledgerboard_infra.postgres import postgres_errors
from ledgerboard_ledger.closing_tables import closing_progress, closings
from ledgerboard_ledger.counting import STRANGE
from ledgerboard_ledger.moments import id_at
from ledgerboard_ledger.snapshots import OtherServerError
from ledgerboard_ledger.standings import FoldedEntry
from ledgerboard_ledger.tables import boards, facts, rejections

CLOSING_LOCK: Final = 0x6C65_6467_6572_0004
"""An advisory lock of our own: ``ledger`` in ASCII, and a number for the purpose.

An erasure takes it too, so that no closing copies a name that is just being taken away.
"""

_BATCH: Final = 5_000

_INSERT: Final = """
    INSERT INTO final_standings (closing, rank, player, score, achieved_at)
    SELECT %b::int8, rank, player, score::numeric, achieved_at
    FROM unnest(%b::int8[], %b::text[], %b::text[], %b::timestamptz[])
        AS batch (rank, player, score, achieved_at)
"""
_ENQUEUE: Final = text(
    "INSERT INTO deliveries (hook, event, closing) SELECT hook, :event, :closing FROM hooks WHERE :event = ANY (events)"
)
_LATE: Final = text(
    """
    UPDATE closings SET late_facts = late.facts
    FROM (
        SELECT count(*) AS facts FROM facts
        WHERE board = :board AND event_id >= :first AND event_id < :end
            AND occurred_at >= :starts_at AND occurred_at < :ends_at
            AND recorded_xid IS NOT NULL AND NOT pg_visible_in_snapshot(recorded_xid, CAST(:snapshot AS pg_snapshot))
    ) AS late
    WHERE number = :number
    """
)

_STRANGE: Final = text(f"""
    SELECT FROM facts AS f WHERE board = :board AND occurred_at >= :starts_at AND occurred_at < :ends_at AND {STRANGE}
    LIMIT 1
""")
_SINCE: Final = """
    SELECT FROM {table} WHERE event_id >= :first AND event_id < first_id_after(now() + :skew)
    AND event_id < first_id_after(recorded_at + :skew)
"""
_ACCEPTED_SINCE: Final = text(
    f"SELECT EXISTS ({_SINCE.format(table=facts.name)}) OR EXISTS ({_SINCE.format(table=rejections.name)})"
)


class Fold(Protocol):
    """The fold of the ledger by SQL: the entries of a view in their order, from the facts in a snapshot."""

    def rows(
        self, view: View, options: BoardOptions, snapshot: str | None = None
    ) -> Generator[FoldedEntry, None, None]:
        """Every entry, best first."""
        ...


class Closings:
    """Writes closings. Every method raises `UnavailableError` when PostgreSQL is down."""

    def __init__(self, engine: Engine, fold: Fold) -> None:
        self._engine = engine
        self._fold = fold

    def close(self, definition: BoardDefinition, span: Span, *, depth: int | None = None) -> int | None:
        """Close ``span`` with the first ``depth`` entries of its final standings (all of them without it).

        The number of the closing, or None where it is closed already, or is no season and nobody stands in it. Raises
        `OtherServerError` where facts of the period would be left out, since no snapshot of this server holds them.
        """
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLOSING_LOCK})
            made = connection.execute(_new(definition, span)).one_or_none()
            if made is None:
                return None
            _check_server(connection, definition.board, span)
            with closing(self._fold.rows(View(definition.board, span), definition.options, made.snapshot)) as rows:
                entries = _write(connection, made.number, islice(rows, depth))
            if entries == 0 and span.period is not Period.SEASON:
                connection.rollback()
                return None
            connection.execute(closings.update().where(closings.c.number == made.number).values(entries=entries))
            connection.execute(_ENQUEUE, {"event": f"{span.period.value}.closed", "closing": made.number})
            number: int = made.number
            return number

    def closed(self, board: str) -> frozenset[tuple[str, str]]:
        """Period and key of the board's closed seasons."""
        wanted = select(closings.c.period, closings.c.key).where(
            closings.c.board == board, closings.c.period == Period.SEASON.value
        )
        with postgres_errors(), self._engine.connect() as connection:
            return frozenset((row.period, row.key) for row in connection.execute(wanted))

    def closed_until(self, names: Iterable[str]) -> Mapping[str, datetime]:
        """For each board the end up to which `remember` was told of it; of others, when they were made."""
        since = func.coalesce(closing_progress.c.closed_until, boards.c.created_at).label("since")
        joined = boards.outerjoin(closing_progress, closing_progress.c.board == boards.c.board)
        wanted = select(boards.c.board, since).select_from(joined).where(boards.c.board.in_(list(names)))
        with postgres_errors(), self._engine.connect() as connection:
            return {row.board: row.since for row in connection.execute(wanted)}

    def remember(self, names: Iterable[str], until: datetime) -> None:
        """Everything of these boards that ended until then is closed. Never goes back."""
        rows = [{"board": board, "closed_until": until} for board in sorted(set(names))]
        if not rows:
            return
        new = insert(closing_progress)
        later = func.greatest(closing_progress.c.closed_until, new.excluded.closed_until)
        with postgres_errors(), self._engine.begin() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=["board"], set_={"closed_until": later}), rows)

    def was_played(self, board: str, span: Span, slack: timedelta) -> bool:
        """Whether something of the board was accepted within the span, or as much later as ``slack`` says."""
        if span.start is None or span.end is None:
            return True
        first, end = id_at(span.start), id_at(span.end + slack)
        found = select(facts.c.event_id).where(
            facts.c.board == board, facts.c.event_id >= first, facts.c.event_id < end
        )
        with postgres_errors(), self._engine.connect() as connection:
            return connection.execute(found.limit(1)).first() is not None

    def has_accepted_since(self, moment: datetime, skew: timedelta) -> bool:
        """Whether the ledger knows of any event, of whatever board, that was accepted from ``moment`` on.

        Nothing is recorded before it is accepted, but for the ``skew`` of clocks. An event that says otherwise tells of
        no moment: one id of next year, recorded today, would speak for every moment until then.
        """
        asked = {"first": id_at(moment), "skew": skew}
        with postgres_errors(), self._engine.connect() as connection:
            return bool(connection.execute(_ACCEPTED_SINCE, asked).scalar())

    def count_late(self, closed_since: datetime, within: timedelta, skew: timedelta) -> int:
        """Count anew the late facts of the periods that were closed since then, and return their sum.

        Looked for are those accepted at most ``within`` before the closing: older ones no queue can hold. The clock
        that stamped them may be off by ``skew``.
        """
        wanted = select(closings).where(closings.c.closed_at >= closed_since)
        with postgres_errors(), self._engine.begin() as connection:
            for row in connection.execute(wanted).mappings().all():
                first = id_at(max(row["starts_at"], row["closed_at"] - within))
                connection.execute(_LATE, dict(row) | {"first": first, "end": id_at(row["ends_at"] + skew)})
            late = select(func.coalesce(func.sum(closings.c.late_facts), 0)).where(closings.c.closed_at >= closed_since)
            return int(connection.execute(late).scalar_one())

    def late_facts(self) -> int:
        """The late facts of all periods, as last counted."""
        with postgres_errors(), self._engine.connect() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(closings.c.late_facts), 0))).scalar_one())


def _check_server(connection: Connection, board: str, span: Span) -> None:
    """Facts that another server recorded are in no snapshot: the final standings would lack them for ever."""
    asked = {"board": board, "starts_at": span.start, "ends_at": span.end}
    if connection.execute(_STRANGE, asked).first() is not None:
        raise OtherServerError(board)


def _new(definition: BoardDefinition, span: Span) -> Any:
    """Closed is closed: of two who try, the unique key takes one."""
    values = {
        "board": definition.board,
        "period": span.period.value,
        "key": span.key.removeprefix("season:"),
        "starts_at": span.start,
        "ends_at": span.end,
        "board_version": definition.version,
        "snapshot": text("pg_current_snapshot()::text"),
    }
    return insert(closings).values(values).on_conflict_do_nothing().returning(closings.c.number, closings.c.snapshot)


def _write(connection: Connection, number: int, entries: Iterator[FoldedEntry]) -> int:
    rank = 0
    while batch := list(islice(entries, _BATCH)):
        ranks = list(range(rank, rank + len(batch)))
        rows = [(entry.player, str(entry.score), entry.achieved_at) for entry in batch]
        players, scores, moments = (list(column) for column in zip(*rows, strict=True))
        connection.exec_driver_sql(_INSERT, (number, ranks, players, scores, moments))
        rank += len(batch)
    return rank
