"""A swap of generations is heard, and what was kept of the former one goes."""

from dataclasses import replace

import pytest
import redis

from ledgerboard_boards import (
    GenerationState,
    MovedError,
)
from ledgerboard_contracts import DEFAULT_OPTIONS
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.polling import eventually
from tests.integration.boards.watched_tops import CHESS, fold, hot_tops


def test_a_swap_is_heard_and_the_former_generation_is_let_go(
    client: redis.Redis, stage: str, boards: FirstGeneration
) -> None:
    fold(boards, "ann", 1)
    first, following = GenerationState(1, 1), GenerationState(2, 1)
    with hot_tops(client, client, stage) as hot:
        hot.top(CHESS, DEFAULT_OPTIONS)
        assert boards.states.replace("chess", boards.version("chess"), live=1, generations=[first, following])
        assert boards.states.replace("chess", boards.version("chess"), live=2, generations=[following])
        eventually(lambda: hot.events["chess moved"], what="the news of the swap")
        assert hot.kept(CHESS, DEFAULT_OPTIONS) is None
        with pytest.raises(MovedError):
            hot.top(CHESS, DEFAULT_OPTIONS)
        assert hot.top(replace(CHESS, generation=2), DEFAULT_OPTIONS).total == 0
