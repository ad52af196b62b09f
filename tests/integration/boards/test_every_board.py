"""Whatever a board is and however its envelopes travel, every view is the plain fold of what was accepted.

Envelopes come in any order, any number of times, cut in any way; the worker dies between folding and acknowledging; a
message comes once more after it was deleted, or out of the dead letters after weeks; it is sent again until it is
settled.
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
from ledgerboard_boards.folding import FINISHED_MARK_SECONDS, MARK_SECONDS
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
        self.told: dict[str, set[str]] = {}
        self.gone: set[str] = set()
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
    def fold_and_crash(self, batch: list[FactEnvelope]) -> None:
        """Nothing is acknowledged: every one of them comes again, at once or out of the dead letters."""
        self._fold(batch)

    @rule(batch=batches)
    def fold_and_acknowledge(self, batch: list[FactEnvelope]) -> None:
        """They may be sent again, until they are settled."""
        self._fold(batch)
        self._tell(batch, "acknowledged")

    @rule(batch=batches)
    def settle(self, batch: list[FactEnvelope]) -> None:
        """Nobody sends them again; the queue may still hold them, and so may this come before them."""
        self._tell(batch, "settled")

    @rule()
    def let_minutes_pass(self) -> None:
        """What was cut is gone, and what it stood for never comes again."""
        for key in self.told:
            if 0 < self.client.ttl(key) <= FINISHED_MARK_SECONDS:
                self.client.delete(key)
                self.gone.add(key)

    @rule(envelope=envelopes)
    def cut_anew(self, envelope: FactEnvelope) -> None:
        """The same facts in other envelopes, as a replay of the ledger sends them. Totals need theirs unchanged."""
        if self.policy is not Policy.TOTAL:
            self._fold([make_envelope(BOARD, [fact]) for fact in reversed(envelope.facts)])

    def _fold(self, batch: list[FactEnvelope]) -> None:
        coming = [each for each in batch if not self.gone.intersection(self._keys([each]))]
        self.boards.fold([(envelope, self.definition) for envelope in coming], NOW)
        self.folded += [fact for envelope in coming for fact in envelope.facts]
        for key in self._keys(coming):
            known = self.told.get(key, set())
            self.told[key] = {"added", "settled"} if known == {"settled"} else {"added"}
            assert self.client.ttl(key) > MARK_SECONDS - 60

    def _tell(self, batch: list[FactEnvelope], word: str) -> None:
        marks = [mark for each in batch if (mark := self.boards.mark(each, self.definition))]
        boards = self.boards.boards
        (boards.settled if word == "settled" else boards.acknowledged)(marks)
        for key in set(self._keys(batch)) - self.gone:
            self.told.setdefault(key, set()).add(word)
            is_cut = 0 < self.client.ttl(key) <= FINISHED_MARK_SECONDS
            assert is_cut is (self.told[key] == {"added", "acknowledged", "settled"})

    def _keys(self, batch: Iterable[FactEnvelope]) -> list[str]:
        marks = [mark for each in batch if (mark := self.boards.mark(each, self.definition))]
        return [self.keyspace.mark(each.board, 1, each.envelope_id).decode() for each in marks]

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
