"""A player's plays by score, by level and by time, and what a board comes to."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import Correction, CorrectionKind, Fact, Order
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import Accepted, BoardStatistics, LedgerReader, LedgerWriter, PostgresCorrections
from ledgerboard_testkit.events import NOON, envelope, fact, rejection

_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def plays(engine: Engine) -> Sequence[Fact]:
    """Twelve plays of one player in as many days, with few scores, on three levels."""
    mine = [fact("eve", place % 4, at=NOON + place * _DAY, level=str(place % 3)) for place in range(12)]
    others = [fact("bob", 9, at=NOON), fact("eve", 99, at=NOON)]
    writer = LedgerWriter(engine)
    writer.append([envelope(*mine), envelope(*others, board="chess")], [rejection(), rejection()])
    return mine


@pytest.fixture
def reader(engine: Engine) -> LedgerReader:
    return LedgerReader(engine, engine)


@pytest.mark.parametrize("order", Order)
def test_best_plays_come_in_pages_that_meet(reader: LedgerReader, plays: Sequence[Fact], order: Order) -> None:
    sign = -1 if order is Order.DESC else 1
    expected = sorted(plays, key=lambda play: (sign * play.score, play.event_id.bytes))
    found, after = [], None
    while page := reader.best_plays("eve", "race", order, after, 5):
        found += [play.event_id for play in page]
        after = page[-1].score, page[-1].event_id
    assert found == [play.event_id for play in expected]


def test_plays_on_a_level_come_newest_first(reader: LedgerReader, plays: Sequence[Fact]) -> None:
    on_level = [play.event_id for play in reversed(plays) if play.level == "1"]
    first = reader.plays("eve", "race", None, 2, level="1")
    rest = reader.plays("eve", "race", first[-1].event_id, 99, level="1")
    assert [play.event_id for play in (*first, *rest)] == on_level


def test_a_time_range_holds_its_start_and_not_its_end(reader: LedgerReader, plays: Sequence[Fact]) -> None:
    between = Accepted(since=NOON + 2 * _DAY, until=NOON + 5 * _DAY)
    found = reader.plays("eve", "race", None, 99, accepted=between)
    assert [play.event_id for play in found] == [play.event_id for play in reversed(plays[2:5])]
    assert len(reader.plays("eve", "race", None, 99, accepted=Accepted(since=NOON + 11 * _DAY))) == 1
    assert len(reader.plays("eve", "race", None, 99, accepted=Accepted(until=NOON + _DAY))) == 1


def test_a_board_comes_to_what_counts_on_it(engine: Engine, reader: LedgerReader, plays: Sequence[Fact]) -> None:
    assert reader.statistics("race") == BoardStatistics(
        players=1, plays=12, first_play_at=NOON, last_play_at=NOON + 11 * _DAY, rejections=2
    )
    assert reader.statistics("nowhere") == BoardStatistics(
        players=0, plays=0, first_play_at=None, last_play_at=None, rejections=0
    )
    void = Correction(
        correction_id=new_uuid7(NOON), kind=CorrectionKind.VOID, occurred_at=NOON, reason="why", author="who",
        board="race", player="eve", event_id=plays[11].event_id,
    )  # fmt: skip
    PostgresCorrections(engine).correct([void])
    assert reader.statistics("race").last_play_at == NOON + 10 * _DAY
    best = reader.best_plays("eve", "race", Order.DESC, None, 99)
    assert plays[11].event_id not in {play.event_id for play in best}
    assert len(reader.plays("eve", "race", None, 99)) == 12
