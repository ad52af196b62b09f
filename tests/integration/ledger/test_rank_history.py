"""Ranks over time: a day of a board is taken once, and tells where everybody stood by what counted then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Engine

from ledgerboard_contracts import BoardOptions, Correction, CorrectionKind, Policy
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import LedgerReader, LedgerWriter, PostgresCorrections, RankHistory, RankOfDay, RankSnapshots
from ledgerboard_testkit.events import NOON, envelope, fact

_DAY = timedelta(days=1)
_TODAY = NOON.date()


def test_a_player_is_told_how_their_rank_changed(engine: Engine) -> None:
    board, writer = f"board-{uuid4().hex[:8]}", LedgerWriter(engine)
    snapshots, ranks = RankSnapshots(engine), RankHistory(LedgerReader(engine, engine))
    for day, plays in enumerate(([fact("ann", 5)], [fact("bob", 9)], [fact("ann", 10)])):
        writer.append([envelope(*plays, board=board)], [])
        assert snapshots.take(board, BoardOptions(), _TODAY + day * _DAY, NOON, most=9)
    expected = [
        RankOfDay(day=_TODAY + day * _DAY, rank=rank, score=score)
        for day, rank, score in ((0, 0, 5), (1, 1, 5), (2, 0, 10))
    ]
    assert ranks.of(board, "ann", _TODAY, _TODAY + 9 * _DAY) == expected
    assert ranks.of(board, "ann", _TODAY + _DAY, _TODAY + _DAY) == expected[1:2]
    assert expected[1].position == 2


def test_a_day_is_taken_once_however_often_it_is_asked_for(engine: Engine) -> None:
    board, writer, snapshots = f"board-{uuid4().hex[:8]}", LedgerWriter(engine), RankSnapshots(engine)
    writer.append([envelope(*(fact(f"player-{place}", place) for place in range(50)), board=board)], [])
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: snapshots.take(board, BoardOptions(), _TODAY, NOON, most=9), range(4)))
    assert sorted(taken) == [False, False, False, True]
    writer.append([envelope(fact("player-1", 1000), board=board)], [])
    assert not snapshots.take(board, BoardOptions(), _TODAY, NOON, most=9)
    ranks = RankHistory(LedgerReader(engine, engine))
    assert [rank.rank for rank in ranks.of(board, "player-49", _TODAY, _TODAY)] == [0]
    assert [rank.rank for rank in ranks.of(board, "player-41", _TODAY, _TODAY)] == [8]
    assert ranks.of(board, "player-1", _TODAY, _TODAY) == []


def test_of_several_places_the_first_is_kept(engine: Engine) -> None:
    board = f"board-{uuid4().hex[:8]}"
    LedgerWriter(engine).append([envelope(fact("bob", 8), fact("ann", 1), fact("ann", 7), board=board)], [])
    assert RankSnapshots(engine).take(board, BoardOptions(policy=Policy.PLAYS), _TODAY, NOON, most=9)
    (rank,) = RankHistory(LedgerReader(engine, engine)).of(board, "ann", _TODAY, _TODAY)
    assert (rank.rank, rank.score) == (1, 7)


def test_an_erased_player_is_in_no_rank_any_more(engine: Engine) -> None:
    board, player = f"board-{uuid4().hex[:8]}", f"ann-{uuid4().hex[:8]}"
    LedgerWriter(engine).append([envelope(fact(player), fact("bob"), board=board)], [])
    assert RankSnapshots(engine).take(board, BoardOptions(), _TODAY, NOON, most=9)
    erasure = Correction(
        correction_id=new_uuid7(NOON), kind=CorrectionKind.ERASE, occurred_at=NOON, reason="why", author="who",
        player=player,
    )  # fmt: skip
    PostgresCorrections(engine).correct([erasure])
    ranks = RankHistory(LedgerReader(engine, engine))
    assert ranks.of(board, player, _TODAY, _TODAY) == []
    assert len(ranks.of(board, "bob", _TODAY, _TODAY)) == 1
