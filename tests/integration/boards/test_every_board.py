"""Whatever a board is and however its envelopes travel, every view is the plain fold of what was accepted.

Envelopes come in any order, any number of times, cut in any way. `test_marks` tells of those that are forgotten.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, cast
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from ledgerboard_boards import RedisStandings
from ledgerboard_boards.codec import prefix_bytes
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import BoardDefinition, Fact, FactEnvelope, Policy, Standing, View, views_of
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope
from ledgerboard_testkit.rankings import expected_standings

from .games import BOARD, NOW, definitions, facts

POLICIES = list(Policy)


class AnyBoard(RuleBasedStateMachine):
    """One board, the envelopes that are under way to it, and what must come of them."""

    envelopes = Bundle("envelopes")
    batches = st.lists(envelopes, min_size=1, max_size=4)
    policy: ClassVar[Policy]
    redis_url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        stage = f"any-{uuid4().hex[:12]}"
        self.client = redis.Redis.from_url(self.redis_url)
        self.keyspace = Keyspace(stage)
        self.boards, self.standings = FirstGeneration(self.client, stage), RedisStandings(self.client, stage)
        self.folded: list[Fact] = []
        self.definition: BoardDefinition

    @initialize(data=st.data())
    def define(self, data: st.DataObject) -> None:
        self.definition = data.draw(definitions(st.just(self.policy)))

    @rule(target=envelopes, plays=st.lists(facts, min_size=1, max_size=8))
    def accept(self, plays: list[Fact]) -> FactEnvelope:
        return make_envelope(BOARD, plays)

    @rule(target=envelopes, plays=st.lists(facts, min_size=2, max_size=8), cut=st.integers(1, 7))
    def accept_in_two(self, plays: list[Fact], cut: int) -> object:
        return multiple(make_envelope(BOARD, plays[:cut]), make_envelope(BOARD, plays[cut:]))

    @rule(batch=batches)
    def fold(self, batch: list[FactEnvelope]) -> None:
        """Any of them may have been folded before, and may come again, at once or out of the dead letters."""
        self.boards.fold([(envelope, self.definition) for envelope in batch], NOW)
        self.folded += [fact for envelope in batch for fact in envelope.facts]

    @rule(envelope=envelopes)
    def cut_anew(self, envelope: FactEnvelope) -> None:
        """The same facts in other envelopes, as a replay of the ledger sends them. Totals need theirs unchanged."""
        if self.policy is not Policy.TOTAL:
            self.fold([make_envelope(BOARD, [fact]) for fact in reversed(envelope.facts)])

    @invariant()
    def every_view_is_the_plain_fold(self) -> None:
        options = self.definition.options
        views = {view for fact in self.folded for view in views_of(BOARD, fact, options)}
        for view in views:
            if view.span.expires_at is None or view.span.expires_at > NOW:
                expected = expected_standings(self.folded, options, view)
                assert self.standings.page(view, options, 0, 1000).standings == expected
                self._check_players(view, expected)

    def _check_players(self, view: View, expected: Iterable[Standing]) -> None:
        """The hash leads to each player's entry: of several, to the first."""
        keys, width = self.keyspace.of(view), prefix_bytes(self.definition.options, view.scope)
        first = {each.player: each.rank for each in reversed(list(expected))}
        prefixes = cast("dict[bytes, bytes]", self.client.hgetall(keys.prefixes))
        found = {player: self.client.zrank(keys.entries, value[:width] + player) for player, value in prefixes.items()}
        assert found == {player.encode(): rank for player, rank in first.items()}

    def teardown(self) -> None:
        self.client.close()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_view_of_any_board_is_the_plain_fold(redis_url: str, policy: Policy) -> None:
    machine: Any = type(f"{policy.name.title()}Board", (AnyBoard,), {"policy": policy, "redis_url": redis_url})
    case = machine.TestCase()
    case.settings = settings(
        max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case.runTest()
