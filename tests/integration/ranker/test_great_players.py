"""A player of so many plays that the server takes longer to draw the standing than its answer is waited for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import pytest

from ledgerboard_boards import Following, RedisBoards
from ledgerboard_boards.restating import Drawn
from ledgerboard_contracts import BoardOptions, CorrectionKind
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import LedgerWriter
from ledgerboard_ranker.restating import Restating
from ledgerboard_testkit.corrections import correction
from tests.integration.ranker.rebuild_scene import Scene, expected, plays


class SlowBoards(RedisBoards):
    """Makes each call, and its answer comes too late."""

    calls = 0

    def restate(
        self,
        board: str,
        players: Mapping[str, Sequence[Drawn]],
        state_version: int,
        following: Callable[[], Following],
        now: datetime,
    ) -> int | None:
        self.calls += 1
        super().restate(board, players, state_version, following, now)
        raise UnavailableError("Redis: Timeout reading from socket")


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


def test_a_standing_that_was_drawn_is_not_drawn_again_because_nobody_heard_of_it(scene: Scene) -> None:
    options, facts, slow = BoardOptions(), plays(40), SlowBoards(scene.client, scene.stage)
    board, ann = scene.board(), facts[0].player
    scene.play(board, facts)
    void = correction(CorrectionKind.VOID, board=board, player=ann, event_id=facts[0].event_id)
    LedgerWriter(scene.engine).correct([void])
    restating = Restating(
        scene.founding, slow, scene.restatements, scene.replay, scene.definitions,
        scene.touching, scene.clocks,
    )  # fmt: skip
    assert restating.restate(board, [ann])
    assert slow.calls == 1
    assert scene.restatements.of(board, [ann])[ann].until is not None
    assert scene.shown(board, options) == expected(board, facts[1:], options)
