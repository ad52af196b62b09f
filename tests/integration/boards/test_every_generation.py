"""Whatever is folded, restated, rebuilt and swapped, each generation is the plain fold of what counts in it.

While the next generation is built, envelopes go to both. A fold that was ordered by a former state writes nothing. A
correction draws a player anew in both. After the swap readers of the former generation are told so, and it goes whole.
"""

from typing import Any, ClassVar
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from ledgerboard_boards import (
    STALE,
    BoardState,
    FoldOrder,
    Following,
    GenerationInUseError,
    GenerationState,
    PagePart,
)
from ledgerboard_contracts import BoardOptions, Fact, FactEnvelope, Policy, View
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_testkit.plays import make_envelope

from .games import BOARD, NOW, PLAYERS, definitions, facts
from .generations_model import Generation, Held


class AnyGenerations(RuleBasedStateMachine):
    """One board with one generation or two."""

    envelopes = Bundle("envelopes")
    batches = st.lists(envelopes, min_size=1, max_size=4)
    policy: ClassVar[Policy]
    redis_url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.client = redis.Redis.from_url(self.redis_url)
        self.held = Held(self.client, f"generations-{uuid4().hex[:12]}")
        self.generations: list[Generation] = []
        self.ever: set[View] = set()
        self.former: BoardState | None = None

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.generations = [Generation(1, self._options(data))]
        assert self.held.states.create(BOARD, self._states(), 1)
        assert not self.held.states.create(BOARD, self._states(), 1)

    @rule(target=envelopes, plays=st.lists(facts, min_size=1, max_size=8))
    def accept(self, plays: list[Fact]) -> FactEnvelope:
        return make_envelope(BOARD, plays)

    @rule(target=envelopes, plays=st.lists(facts, min_size=2, max_size=8), cut=st.integers(1, 7))
    def accept_in_two(self, plays: list[Fact], cut: int) -> object:
        return multiple(make_envelope(BOARD, plays[:cut]), make_envelope(BOARD, plays[cut:]))

    @rule(batch=batches)
    def fold(self, batch: list[FactEnvelope]) -> None:
        """Into every generation. One into which the ledger's copy was drawn has them already."""
        orders = [
            FoldOrder(envelope, generation.options, generation.number, self.state.version)
            for envelope in batch
            for generation in self.generations
            if generation.takes(envelope)
        ]
        results = self.held.boards.fold(orders, NOW)
        assert STALE not in results
        for order in orders:
            self._generation(order.generation).fold(order.envelope)

    @precondition(lambda self: self.former is not None)
    @rule(batch=batches, player=st.sampled_from(PLAYERS))
    def write_by_a_former_state(self, batch: list[FactEnvelope], player: str) -> None:
        """Nothing changes, as the invariant sees."""
        assert self.former is not None
        generation, version = self.generations[0], self.former.version
        orders = [FoldOrder(envelope, generation.options, generation.number, version) for envelope in batch]
        assert set(self.held.boards.fold(orders, NOW)) == {STALE}
        drawn = [(generation.number, generation.options, batch[0].facts)]
        assert not self.held.boards.restate(BOARD, {player: drawn}, version, self._following, NOW)
        assert not self.held.states.replace(BOARD, version, live=None, generations=())

    @rule(player=st.sampled_from(PLAYERS[:3]), data=st.data())
    def restate(self, player: str, data: st.DataObject) -> None:
        """Some of the player's plays count no longer."""
        before, drawn = self.state, []
        for generation in self.generations:
            counted = [fact for fact in generation.of(player) if data.draw(st.booleans())]
            drawn.append((generation.number, generation.options, counted))
            self._note_views()
            generation.draw(player, counted)
        assert self.held.boards.restate(BOARD, {player: drawn}, before.version, self._following, NOW)
        assert self.state.version > before.version
        self.former = before

    @rule(player=st.sampled_from(PLAYERS[:3]))
    def hide(self, player: str) -> None:
        """A ban leaves nothing of a player to draw."""
        self._note_views()
        nothing = [(each.number, each.options, list[Fact]()) for each in self.generations]
        self.former = self.state
        assert self.held.boards.restate(BOARD, {player: nothing}, self.state.version, self._following, NOW)
        for generation in self.generations:
            generation.draw(player, ())

    @precondition(lambda self: len(self.generations) == 1)
    @rule(data=st.data(), pages=st.integers(1, 3))
    def build_the_next(self, data: st.DataObject, pages: int) -> None:
        """What counts is folded page by page, and each page may come twice."""
        live, former = self.generations[0], self.state
        following = Generation(live.number + 1, self._options(data), contained=set(live.marks | live.contained))
        self.generations.append(following)
        assert self.held.states.replace(BOARD, former.version, live=live.number, generations=self._states())
        counted = list(live.facts.values())
        cursors = sorted(new_uuid7(NOW) for _ in range(pages))
        for start, cursor in enumerate(cursors):
            page = make_envelope(BOARD, counted[start::pages])
            part = PagePart(0, cursor)
            order = FoldOrder(page, following.options, following.number, self.state.version, page=part)
            self.held.boards.fold([order, order], NOW)
            following.fold(page)
        self.former = former

    @precondition(lambda self: len(self.generations) == 2)
    @rule(slices=st.integers(1, 5))
    def swap(self, slices: int) -> None:
        live, following = self.generations
        self._note_views()
        self.former = self.state
        assert self.held.states.replace(
            BOARD, self.former.version, live=following.number, generations=self._states()[1:]
        )
        self.generations, self.ever = [following], {view for view in self.ever if view.generation == following.number}
        with pytest.raises(GenerationInUseError):
            self.held.boards.drop(BOARD, following.number, slices)
        while not self.held.boards.drop(BOARD, live.number, slices):
            assert live.number in self.held.keys().values()
        assert self.held.boards.drop(BOARD, live.number, slices)

    def _generation(self, number: int) -> Generation:
        return next(each for each in self.generations if each.number == number)

    def _note_views(self) -> None:
        self.ever |= {view for generation in self.generations for view in generation.views()}

    def _options(self, data: st.DataObject) -> BoardOptions:
        return data.draw(definitions(st.just(self.policy))).options

    def _following(self) -> Following:
        return Following(self._states())

    def _states(self) -> tuple[GenerationState, ...]:
        return tuple(GenerationState(each.number, each.number) for each in self.generations)

    @property
    def state(self) -> BoardState:
        state = self.held.states.get(BOARD)
        assert state is not None
        return state

    @invariant()
    def every_view_of_every_generation_is_the_plain_fold(self) -> None:
        for generation in self.generations:
            ever = {view for view in self.ever if view.generation == generation.number}
            self.held.check(generation, ever, live=generation is self.generations[0])
        assert set(self.held.keys().values()) <= {generation.number for generation in self.generations}

    def teardown(self) -> None:
        self.client.close()


@pytest.mark.parametrize("policy", list(Policy))
def test_every_generation_of_any_board_is_the_plain_fold(redis_url: str, policy: Policy) -> None:
    machine: Any = type(
        f"{policy.name.title()}Generations", (AnyGenerations,), {"policy": policy, "redis_url": redis_url}
    )
    case = machine.TestCase()
    case.settings = settings(
        max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case.runTest()
