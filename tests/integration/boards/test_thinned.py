"""A restatement sends what decides alone, and leaves to the last byte what folding every play leaves."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledgerboard_boards import BoardStates, FoldOrder, Following, GenerationState, RedisBoards
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.members import in_order
from ledgerboard_contracts import MAX_SCORE, BoardOptions, Fact, Order, Policy, TieBreak, View, views_of
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW: Final = datetime.now(UTC)
ONE: Final = GenerationState(1, 1)
ENTRIES: Final = (Policy.BEST, Policy.LATEST, Policy.PLAYS)
TIES: Final = (TieBreak(attribute="moves", order=Order.ASC),)

_scores: Final = st.integers(-9, 9) | st.integers(MAX_SCORE - 3, MAX_SCORE) | st.integers(-MAX_SCORE, 3 - MAX_SCORE)
_facts: Final = st.lists(
    st.builds(
        lambda score, age, level, moves: make_fact(
            "ann", score, NOW - timedelta(hours=age), level=level, attributes={"moves": moves}
        ),
        _scores,
        st.integers(0, 60),
        st.sampled_from([None, "one", "two"]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=30,
)


def _plays(*made: tuple[Any, ...]) -> list[Fact]:
    """Plays by score, hours ago and perhaps level."""
    return [
        make_fact("ann", score, NOW - timedelta(hours=age), level=next(iter(level), None), attributes={"moves": 0})
        for score, age, *level in made
    ]


class Board:
    """One board of a stage of its own."""

    def __init__(self, client: redis.Redis, options: BoardOptions) -> None:
        stage = f"test-{uuid4().hex[:12]}"
        self._client, self._options, self._keyspace = client, options, Keyspace(stage)
        self.boards, self._states = RedisBoards(client, stage), BoardStates(client, stage)
        self._states.create("chess", [ONE], 1)

    @property
    def version(self) -> int:
        state = self._states.get("chess")
        assert state is not None
        return state.version

    def holds(self, view: View) -> object:
        keys = self._keyspace.of(view)
        kept: Any = self._client.hgetall(keys.prefixes.decode())
        values = {player: in_order(value, self._options, view.scope) for player, value in kept.items()}
        return self._client.zrange(keys.entries.decode(), 0, -1, withscores=True), values


def views(facts: Sequence[Fact], options: BoardOptions) -> set[View]:
    found = {view for fact in facts for view in views_of("chess", fact, options)}
    return {View(view.board, view.span, view.scope, 1) for view in found}


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize(
    ("policy", "ties"), [*((policy, ()) for policy in Policy), *((each, TIES) for each in ENTRIES)]
)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=_facts)
@example(facts=_plays((5, 3), (-5, 1), (0, 2), (0, 5)))
@example(facts=_plays((0, 3), (0, 1)))
@example(facts=_plays((7, 3, "one"), (0, 2, "one"), (0, 4, "two")))
def test_a_restatement_leaves_what_folding_every_play_leaves(
    client: redis.Redis, policy: Policy, ties: tuple[TieBreak, ...], order: Order, facts: list[Fact]
) -> None:
    options = BoardOptions(policy=policy, order=order, ties=ties, level_total_view=True)
    folded, restated = Board(client, options), Board(client, options)
    for fact in facts:
        folded.boards.fold([FoldOrder(make_envelope("chess", [fact]), options, 1, folded.version)], NOW)
    assert restated.boards.restate(
        "chess", {"ann": [(1, options, facts)]}, restated.version, lambda: Following([ONE]), NOW
    )
    for view in views(facts, options):
        assert restated.holds(view) == folded.holds(view)
