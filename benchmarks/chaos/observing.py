"""What a run looks like from outside once it is quiet: the ledger's rows, and every view as the API shows it.

Both are written as files, for `benchmarks.chaos.check` to judge. The ledger is read in one snapshot.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import psycopg

from benchmarks.chaos.boards import LEVELS
from benchmarks.chaos.check.folding import is_kept
from benchmarks.chaos.check.records import DEFAULTS
from benchmarks.chaos.client import Answer, Client, UnansweredError

_PAGE: Final = 100
_READERS: Final = 3
_TRIES: Final = 40
_PAUSE_SECONDS: Final = 1.5
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_QUERIES: Final[Mapping[str, str]] = {
    "facts": """
        SELECT json_build_array(event_id, board, board_version, player, score, level, us(occurred_at), attributes,
            session, recorded_xid::text)
        FROM facts WHERE board LIKE 'chaos-%' ORDER BY event_id
    """,
    "rejections": """
        SELECT json_build_array(event_id, board, board_version, player, score, us(occurred_at), reason)
        FROM rejections WHERE board LIKE 'chaos-%'
    """,
    "corrections": """
        SELECT json_build_array(correction_id, kind, board, player, event_id, us(occurred_at), recorded_xid::text)
        FROM corrections ORDER BY correction_id
    """,
    "definitions": """
        SELECT json_build_array(board, version, version > coalesce(deleted_version, 0) AND version = max(version)
            OVER (PARTITION BY board), options)
        FROM board_versions JOIN boards USING (board) WHERE board LIKE 'chaos-%'
    """,
    "sessions": """
        SELECT json_build_array(board, session, us(closed_at)) FROM sessions WHERE board LIKE 'chaos-%'
    """,
    "closings": """
        SELECT json_build_array(number, board, period, key, us(starts_at), us(ends_at), board_version, snapshot)
        FROM closings WHERE board LIKE 'chaos-%'
    """,
    "finals": "SELECT json_build_array(closing, rank, player, score, us(achieved_at)) FROM final_standings",
}
"""What stands in each file. ``us`` are microseconds since 1970."""
_MOMENT: Final = re.compile(r"us\((\w+)\)")
_MICROSECONDS: Final = r"(extract(epoch FROM \1) * 1000000)::bigint"
_ARCHIVED: Final = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace::regnamespace::text ~ '^archive(_[0-9]+)?$' AND relname ~ '^facts_' AND relkind = 'r'
"""
_CURRENT: Final = """
    SELECT DISTINCT ON (board) board, options, version > coalesce(deleted_version, 0)
    FROM board_versions JOIN boards USING (board) WHERE board LIKE 'chaos-%' ORDER BY board, version DESC
"""
_SESSIONS: Final = "SELECT DISTINCT session FROM facts WHERE board = %s AND session IS NOT NULL"
_DAYS: Final = "SELECT DISTINCT (occurred_at AT TIME ZONE %s)::date FROM facts WHERE board = %s"


@dataclass(frozen=True, slots=True)
class View:
    """One view of a board: period, key, and the scope as the verdict names it."""

    board: str
    period: str
    key: str
    scope: str

    @property
    def query(self) -> Mapping[str, str]:
        """How it is asked for."""
        span = {} if self.period == "all" else {"period": self.period, "key": self.key}
        kind, _, name = self.scope.partition(":")
        scope = {"board": {}, "levels": {"levels": "total"}}.get(kind, {kind: name})
        return {**span, **scope}


def write_ledger(url: str, folder: Path) -> None:
    """Write what the ledger holds, as of one moment."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, query in _QUERIES.items():
            _copy(connection, query, folder / f"{name}.jsonl")
        tables = [name for (name,) in connection.execute(_ARCHIVED)]
        parts = [f"SELECT json_build_array(event_id) FROM {name}" for name in tables]  # noqa: S608 -- its own names
        _copy(connection, " UNION ALL ".join(parts), folder / "archived.jsonl")


def _copy(connection: psycopg.Connection[Any], query: str, path: Path) -> None:
    """The rows of a query, each a JSON text, as they are: neither of these bytes stands in any JSON."""
    with path.open("wb") as file:
        if query:
            made = _MOMENT.sub(_MICROSECONDS, query)
            words = f"COPY ({made}) TO STDOUT WITH (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')"
            with connection.cursor().copy(words) as copy:
                for block in copy:
                    file.write(block)


def views_of(url: str, now: datetime) -> Sequence[View]:
    """Every view that the boards may show anything in."""
    found: list[View] = []
    with psycopg.connect(url) as connection:
        for board, options, is_there in connection.execute(_CURRENT).fetchall():
            if is_there:
                found += _views_of_board(connection, board, {**DEFAULTS, **options}, now)
    return found


def _views_of_board(
    connection: psycopg.Connection[Any], board: str, options: Mapping[str, Any], now: datetime
) -> Iterator[View]:
    zone = options["time_zone"]
    days = {day for (day,) in connection.execute(_DAYS, (zone, board))} | {now.date()}
    spans = {("all", "all"), *(span for day in days for span in _spans(day))}
    spans = {span for span in spans if is_kept(*span, zone, (now - _EPOCH) // timedelta(microseconds=1))}
    spans |= {("season", season["key"]) for season in options["seasons"]}
    scopes = ["board"]
    scopes += [f"level:{level}" for level in LEVELS if options["level_views"]]
    scopes += ["levels"] if options["level_total_view"] else []
    yield from (View(board, *span, scope) for span in sorted(spans) for scope in scopes)
    if options["session_views"]:
        sessions = [name for (name,) in connection.execute(_SESSIONS, (board,))]
        yield from (View(board, "all", "all", f"session:{name}") for name in sessions)


def _spans(day: date) -> Iterator[tuple[str, str]]:
    year, week, _ = day.isocalendar()
    yield "month", f"{day:%Y-%m}"
    yield "week", f"{year:04}-W{week:02}"
    yield "day", day.isoformat()


def write_standings(clients: Sequence[Client], views: Sequence[View], folder: Path) -> None:
    """Read every view to its last place, and write what was shown."""
    with ThreadPoolExecutor(_READERS) as pool:
        read = pool.map(lambda numbered: _read(clients[numbered[0] % len(clients)], numbered[1]), enumerate(views))
        text = "".join(json.dumps(shown) + "\n" for shown in read)
    (folder / "standings.jsonl").write_text(text, "utf-8")


def _read(client: Client, view: View) -> dict[str, Any]:
    rows: list[list[Any]] = []
    shown: dict[str, Any] = {
        "board": view.board, "period": view.period, "key": view.key, "scope": view.scope,
        "source": "boards", "problem": "", "rows": rows,
    }  # fmt: skip
    total = 1
    while len(rows) < total:
        answer = _page(client, view, len(rows))
        if answer.status != HTTPStatus.OK:
            return {**shown, "problem": f"{answer.status} {answer.body.get('title', '')}"}
        page = answer.body["standings"]
        rows += [[each["rank"], each["player"], each["score"], _moment(each["achieved_at"])] for each in page]
        shown["source"], total = answer.source, answer.body["total"] if page else len(rows)
    return shown


def _page(client: Client, view: View, start: int) -> Answer:
    """A page, from the boards if they answer at all within a minute."""
    path = f"/v1/boards/{view.board}/standings?{urlencode({**view.query, 'start': start, 'limit': _PAGE})}"
    answer = Answer(0, {"title": "no answer"})
    for _ in range(_TRIES):
        try:
            answer = client.get(path)
        except UnansweredError:
            client.close()
        else:
            if answer.status == HTTPStatus.OK and answer.source == "boards":
                break
        time.sleep(_PAUSE_SECONDS)
    return answer


def _moment(text: str) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
