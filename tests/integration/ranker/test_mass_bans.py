"""Corrections while a board is rebuilt cost a look at the state each, and no page of the ledger twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from ledgerboard_boards import FoldOrder, FoldResult, RedisBoards, Refusal
from ledgerboard_contracts import BoardOptions, CorrectionKind, Policy
from ledgerboard_ledger import Replay, ReplayPage
from ledgerboard_ranker.rebuilder.rebuilding import Outcome
from ledgerboard_ranker.rebuilder.scanning import Scan
from tests.integration.ranker.rebuild_scene import PAGE_FACTS, Scene, expected, plays

FACTS, PLAYERS, BANNED = 4 * PAGE_FACTS, 40, 10


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


class CountedReplay(Replay):
    """Counts its pages."""

    pages = 0

    def page(self, board: str, snapshot: str, after: UUID | None, limit: int) -> ReplayPage:
        self.pages += 1
        return super().page(board, snapshot, after, limit)


class Banning(RedisBoards):
    """A moment before each of the first folds of the rebuild, another player is banned."""

    def __init__(self, scene: Scene, board: str, players: Sequence[str]) -> None:
        super().__init__(scene.client, scene.stage)
        self._scene, self._board, self._players = scene, board, list(players)

    def fold(self, orders: Sequence[FoldOrder], now: datetime) -> Sequence[FoldResult | Refusal]:
        if self._players:
            self._scene.correct(CorrectionKind.BAN, board=self._board, player=self._players.pop())
        return super().fold(orders, now)


@pytest.mark.parametrize("policy", [Policy.TOTAL, Policy.BEST])
def test_a_page_is_read_once_however_many_are_banned_while_it_is_folded(scene: Scene, policy: Policy) -> None:
    options = BoardOptions(policy=policy)
    board, facts = scene.board(policy=policy), plays(FACTS, PLAYERS)
    scene.play(board, facts)
    scene.request(board)
    banned = [f"player-{number}" for number in range(BANNED)]
    replay, banning = CountedReplay(scene.engine), Banning(scene, board, banned)
    scan = Scan(replay, scene.states, banning, scene.clock, page_facts=PAGE_FACTS)
    assert scene.rebuilder(ledger=replay, scan=scan).rebuild_next(lambda: False) is Outcome.FINISHED
    assert replay.pages == FACTS // PAGE_FACTS + 1
    assert scene.shown(board, options) == expected(
        board, [each for each in facts if each.player not in banned], options
    )
