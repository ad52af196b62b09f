"""At a million facts no question of a user reads a table from end to end.

The rows are made by the server, so that the test is about plans and takes seconds.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import Engine, Select, text

from ledgerboard_contracts import ALL_TIME, BoardOptions, Order, Policy, Ranking, View
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import Accepted, Month, Partitions, migrate
from ledgerboard_ledger.folding import entries_of
from ledgerboard_ledger.plays import best_plays_query, plays_query, statistics_query
from ledgerboard_ledger.rank_history import ranks_query
from ledgerboard_ledger.ranking import ranked
from ledgerboard_ledger.reader import recorded_query, rejected_query
from ledgerboard_ledger.tables import facts

_SINCE: Final = datetime(2026, 9, 1, tzinfo=UTC)
_MONTHS: Final = (Month(2026, 9), Month(2026, 10))
_AN_ID: Final = UUID("01990000-0000-7000-8000-000000000001")

_FACTS: Final = """
INSERT INTO facts (event_id, board, board_version, player, score, level, occurred_at, envelope_id)
SELECT id, 'board-' || n % 200, 1, 'player-' || n % 40009, n % 5003, (n % 7)::text, at, id
FROM generate_series(1, 1000000) AS n,
    LATERAL (SELECT timestamptz '2026-09-01 00:00Z' + n * interval '5 seconds' AS at) AS moment,
    LATERAL (SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::int8), 12, '0') || '7000'
        || '8' || lpad(to_hex(n), 15, '0'))::uuid AS id) AS made
"""
_REJECTIONS: Final = """
INSERT INTO rejections (event_id, board, board_version, player, score, occurred_at, reason, detail, envelope_id)
SELECT event_id, board, 1, player, score, occurred_at, 'score_below_minimum', 'why', event_id
FROM facts WHERE score % 10 = 3
"""
_RANKS: Final = """
INSERT INTO rank_snapshots (board, player, day, rank, score)
SELECT 'board-' || n % 20, 'player-' || n / 200, date '2026-09-01' + n / 20 % 10, n, n
FROM generate_series(1, 100000) AS n
"""

_BOARD: Final = View("board-7", ALL_TIME)
_QUESTIONS: Final[dict[str, Select[Any]]] = {
    "a player's plays": plays_query("player-7", None, None, 100),
    "a player's plays on a level": plays_query("player-7", "board-7", None, 100, level="3"),
    "a player's plays of a time": plays_query("player-7", "board-7", _AN_ID, 100, accepted=Accepted(since=_SINCE)),
    "a player's best plays": best_plays_query("player-7", "board-7", Order.DESC, None, 100),
    "the next page of them": best_plays_query("player-7", "board-7", Order.ASC, (7, _AN_ID), 100),
    "an event that was recorded": recorded_query(_AN_ID),
    "an event that was rejected": rejected_query(_AN_ID),
    "what a board comes to": statistics_query("board-7"),
    "a player's ranks": ranks_query("board-7", "player-7", date(2026, 9, 1), date(2026, 9, 30)),
    "the best of a board": entries_of(_BOARD, BoardOptions()),
    "the totals of a board": entries_of(_BOARD, BoardOptions(policy=Policy.TOTAL)),
}


@pytest.fixture(scope="module")
def ledger(fresh_database: str) -> Iterator[Engine]:
    migrate(fresh_database)
    engine = make_engine(fresh_database, application_name="test", pool_size=2, statement_timeout_seconds=120)
    months = [*_MONTHS, _MONTHS[-1].following]
    Partitions(engine).ensure(months)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for index in facts.indexes:  # Built at the end, they cost a third.
            index.drop(connection)
        for statement in (_FACTS, _REJECTIONS, _RANKS):
            connection.execute(text(statement))
        for index in facts.indexes:
            index.create(connection)
        connection.execute(text("ANALYZE"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("question", _QUESTIONS.values(), ids=_QUESTIONS)
def test_no_question_reads_a_table_from_end_to_end(ledger: Engine, question: Select[Any]) -> None:
    compiled = question.compile(ledger, compile_kwargs={"literal_binds": True})
    with ledger.connect() as connection:
        plan = list(connection.exec_driver_sql(f"EXPLAIN {compiled}".replace("%", "%%")).scalars())
    scanned = [line for line in plan if "Seq Scan" in line]
    assert [line for line in scanned if not _is_small(line)] == [], "\n".join(plan)


def test_a_whole_board_is_ranked_without_reading_the_others(ledger: Engine) -> None:
    board = ranked(_BOARD, BoardOptions(), Ranking.DENSE)
    query = board.rows([board.total], lambda _: board.columns.ordinal < 10)
    compiled = query.compile(ledger, compile_kwargs={"literal_binds": True})
    with ledger.connect() as connection:
        plan = list(connection.exec_driver_sql(f"EXPLAIN {compiled}").scalars())
    assert [line for line in plan if "Seq Scan" in line and not _is_small(line)] == []


def _is_small(line: str) -> bool:
    """There are no corrections here; an empty table is read whole, at no cost. So is a month without a row."""
    return " on corrections " in line or "2026_11 " in line
