"""A ledger that was restored elsewhere takes nothing off the boards: whoever draws from it says so instead."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger import OtherServerError
from ledgerboard_testkit.plays import make_envelope, make_fact
from tests.integration.ledger.elsewhere import record_elsewhere
from tests.integration.ranker.rebuild_scene import EVERY_POLICY, Scene, expected


@pytest.fixture(scope="module")
def scene(redis_url: str, fresh_database: str) -> Iterator[Scene]:
    scene = Scene(redis_url, fresh_database, f"test-{uuid4().hex[:12]}")
    yield scene
    scene.close()


def test_a_void_on_another_server_leaves_the_player_as_they_were(scene: Scene) -> None:
    for options in EVERY_POLICY:
        board, now = scene.board(policy=options.policy), datetime.now(UTC)
        facts = [make_fact("ann", score, now) for score in (20, 14)]
        scene.fold(make_envelope(board, facts))
        for each in facts:
            record_elsewhere(scene.engine, board, each.player, each.event_id, each.score)
        with pytest.raises(OtherServerError):
            scene.correct(CorrectionKind.VOID, board=board, player="ann", event_id=facts[0].event_id)
        assert scene.shown(board, options) == expected(board, facts, options)
