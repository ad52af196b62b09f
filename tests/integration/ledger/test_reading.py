"""What the ledger tells of players and events, and that telling it never scans a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event, select, text

from ledgerboard_contracts import Fact
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.postgres import make_engine
from ledgerboard_ledger import LedgerReader, LedgerWriter, Recorded, Rejected
from ledgerboard_ledger.plays import plays_query
from ledgerboard_ledger.reader import recorded_query, rejected_query
from ledgerboard_ledger.tables import facts
from ledgerboard_testkit.events import NOON, envelope, event_id, fact, rejection


@pytest.fixture(scope="module")
def eves_plays(engine: Engine) -> Sequence[Fact]:
    """Plays of one player over three months and on two boards, oldest first, among many of others."""
    mine = [fact("eve", score, at=NOON + timedelta(days=9 * score), level=str(score % 3)) for score in range(10)]
    others = [fact(f"player-{number}", number, level="1") for number in range(3000)]
    writer = LedgerWriter(engine)
    writer.append([envelope(*mine[::2], board="race"), envelope(*mine[1::2], board="chess")], [])
    writer.append([envelope(*others)], [rejection() for _ in range(500)])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return mine


def test_plays_come_newest_first_in_pages_that_meet(engine: Engine, eves_plays: Sequence[Fact]) -> None:
    reader, found, before = LedgerReader(engine, engine), [], None
    while page := reader.plays("eve", None, before, 3):
        found += [play.event_id for play in page]
        before = page[-1].event_id
    assert found == [play.event_id for play in reversed(eves_plays)]


def test_plays_of_one_board_leave_the_others_out(engine: Engine, eves_plays: Sequence[Fact]) -> None:
    found = LedgerReader(engine, engine).plays("eve", "chess", None, 100)
    assert [play.event_id for play in found] == [play.event_id for play in reversed(eves_plays[1::2])]
    assert {play.board for play in found} == {"chess"}


def test_a_player_who_never_played_has_no_plays(engine: Engine) -> None:
    assert LedgerReader(engine, engine).plays("nobody", None, None, 10) == []


def test_an_event_is_recorded_rejected_or_unknown(engine: Engine) -> None:
    accepted, refused = fact(attributes={"car": "red"}), rejection()
    LedgerWriter(engine).append([envelope(accepted)], [refused])
    reader = LedgerReader(engine, engine)
    found, rejected = reader.event(accepted.event_id), reader.event(refused.event_id)
    assert isinstance(found, Recorded)
    assert found.play.attributes == {"car": "red"}
    assert isinstance(rejected, Rejected)
    assert rejected.rejection == refused
    assert rejected.recorded_at.utcoffset() == timedelta(0)
    assert reader.event(event_id()) is None
    assert reader.event(event_id(datetime(2090, 1, 1, tzinfo=UTC))) is None


_BEST = select(facts.c.event_id).where(facts.c.board == "race", facts.c.player == "eve").order_by(facts.c.score)
_LEVEL = select(facts.c.event_id).where(facts.c.board == "race", facts.c.player == "eve", facts.c.level == "1")
_REPLAY = select(facts.c.event_id).where(facts.c.board == "chess", facts.c.event_id > event_id())
_READS: dict[str, tuple[Select[Any], str]] = {
    "a player's plays": (plays_query("eve", None, None, 10), "player_event_id_idx"),
    "the next page": (plays_query("eve", None, event_id(NOON + timedelta(days=1)), 10), "player_event_id_idx"),
    "an event that was recorded": (recorded_query(event_id(NOON)), "pkey"),
    "an event that was rejected": (rejected_query(event_id(NOON)), "pkey"),
    "a player's best plays on a board": (_BEST.limit(3), "board_player_score_idx"),
    "a player's plays on a level": (_LEVEL.order_by(facts.c.event_id.desc()), "board_player_level_event_id_idx"),
    "a board's replay": (_REPLAY.order_by(facts.c.event_id).limit(100), "board_event_id_idx"),
}


@pytest.mark.usefixtures("eves_plays")
@pytest.mark.parametrize(("query", "index"), _READS.values(), ids=_READS)
def test_every_read_uses_the_index_that_was_made_for_it(engine: Engine, query: Select[Any], index: str) -> None:
    compiled = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.begin() as connection:
        # A month of a few rows is read faster whole, which says nothing about a month of millions.
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {compiled}").scalars())
    assert index in plan
    assert "Seq Scan" not in plan


@dataclass
class _Time:
    now: float = 0.0
    asked: list[str] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def dead_engine() -> Iterator[Engine]:
    """Nothing listens on port 1."""
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none", application_name="test", pool_size=1)
    yield engine
    engine.dispose()


def test_a_dead_reader_is_replaced_by_the_writer_and_left_alone_for_a_while(
    engine: Engine, dead_engine: Engine, eves_plays: Sequence[Fact]
) -> None:
    attempts: list[object] = []
    event.listen(dead_engine, "handle_error", attempts.append)
    time = _Time()
    reader = LedgerReader(dead_engine, engine, monotonic=time)
    for _ in range(3):
        assert len(reader.plays("eve", None, None, 100)) == len(eves_plays)
    assert len(attempts) == 1
    time.now = 5.0
    reader.plays("eve", None, None, 1)
    assert len(attempts) == 2


def test_without_any_endpoint_it_says_so(dead_engine: Engine) -> None:
    with pytest.raises(UnavailableError):
        LedgerReader(dead_engine, dead_engine).event(event_id())
