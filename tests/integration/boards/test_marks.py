"""A total knows an envelope by its mark, and once that is gone by the low-water mark: never twice, never a guess."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from ledgerboard_boards import (
    AMBIGUOUS,
    MARK_SECONDS,
    STALE,
    BoardStates,
    FoldOrder,
    FoldResult,
    GenerationState,
    PagePart,
    RedisBoards,
    Refusal,
    envelope_time,
)
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, BoardOptions, FactEnvelope, Policy, View
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.polling import eventually

NOW: Final = datetime.now(UTC)
OPTIONS: Final = BoardOptions(policy=Policy.TOTAL)
BOARD: Final = "sums"
SHORT: Final = 0.02


class Sums:
    """A board that totals, in one generation or two."""

    def __init__(
        self, client: redis.Redis, stage: str, mark_seconds: float = MARK_SECONDS, generations: int = 1
    ) -> None:
        self.client, self.keyspace = client, Keyspace(stage)
        self.boards = RedisBoards(client, stage, mark_seconds=mark_seconds)
        self.states = BoardStates(client, stage)
        self.states.create(BOARD, [GenerationState(number, 1) for number in range(1, generations + 1)], 1)

    @property
    def version(self) -> int:
        state = self.states.get(BOARD)
        assert state is not None
        return state.version

    def fold(self, envelope: FactEnvelope, generation: int = 1, **others: Any) -> FoldResult | Refusal:
        (result,) = self.boards.fold([FoldOrder(envelope, OPTIONS, generation, self.version, **others)], NOW)
        return result

    def adds(self, envelope: FactEnvelope, generation: int = 1, **others: Any) -> bool:
        """Whether folding it changes anything. It must not be refused."""
        result = self.fold(envelope, generation, **others)
        assert isinstance(result, FoldResult)
        return result.entries_changed > 0

    def scores(self, generation: int = 1) -> dict[str, int]:
        entries = self.boards.entries(View(BOARD, ALL_TIME, generation=generation), OPTIONS, None, 99)
        return {each.standing.player: each.standing.score for each in entries}

    def let_marks_go(self) -> None:
        pattern = self.keyspace.mark(BOARD, 1, UUID(int=0)).decode().replace(":1:" + str(UUID(int=0)), ":*")
        eventually(lambda: not list(self.client.scan_iter(pattern, count=10_000)), what="marks gone")


def play(score: int, *, minutes_ago: float = 0, player: str = "ann") -> FactEnvelope:
    return make_envelope(BOARD, [make_fact(player, score, datetime.now(UTC) - timedelta(minutes=minutes_ago))])


@pytest.fixture
def sums(client: redis.Redis, stage: str) -> Sums:
    return Sums(client, stage)


@pytest.fixture
def forgetful(client: redis.Redis, stage: str) -> Sums:
    return Sums(client, stage, SHORT)


def test_a_mark_stands_for_its_time_anew_with_every_delivery(client: redis.Redis, sums: Sums) -> None:
    envelope = play(7)
    key = sums.keyspace.mark(BOARD, 1, envelope.envelope_id).decode()
    assert sums.adds(envelope)
    assert MARK_SECONDS - 60 < client.ttl(key) <= MARK_SECONDS
    client.expire(key, 5)
    assert not sums.adds(envelope)
    assert client.ttl(key) > MARK_SECONDS - 60
    assert sums.scores() == {"ann": 7}


def test_an_envelope_whose_mark_is_gone_is_never_added_again(forgetful: Sums) -> None:
    envelope = play(7)
    assert forgetful.adds(envelope)
    forgetful.let_marks_go()
    for _ in range(3):
        assert forgetful.fold(envelope) is AMBIGUOUS
    assert forgetful.scores() == {"ann": 7}


def test_what_is_later_than_every_envelope_that_is_forgotten_is_added_without_a_question(forgetful: Sums) -> None:
    assert forgetful.adds(play(7, minutes_ago=10))
    assert forgetful.adds(play(2, minutes_ago=30))
    forgetful.let_marks_go()
    assert forgetful.adds(play(1, minutes_ago=9.9))
    assert forgetful.fold(play(1, minutes_ago=10.1)) is AMBIGUOUS
    assert forgetful.fold(play(1, minutes_ago=40)) is AMBIGUOUS
    assert forgetful.scores() == {"ann": 10}


def test_a_late_envelope_is_added_as_long_as_all_marks_stand(sums: Sums) -> None:
    for minutes_ago in (1, 1_000, 100, 10_000, 10):
        assert sums.adds(play(1, minutes_ago=minutes_ago))
    assert sums.scores() == {"ann": 5}


def test_an_envelope_counts_as_late_by_its_latest_fact_whatever_part_of_it_is_folded(forgetful: Sums) -> None:
    early, late = make_fact("ann", 1, NOW - timedelta(minutes=30)), make_fact("bob", 2, NOW - timedelta(minutes=10))
    whole = make_envelope(BOARD, [early, late])
    assert envelope_time(whole) == envelope_time(make_envelope(BOARD, [late]))
    assert forgetful.adds(replace(whole, facts=(early,)), accepted_at=envelope_time(whole))
    forgetful.let_marks_go()
    assert forgetful.fold(whole) is AMBIGUOUS
    assert forgetful.adds(play(4, minutes_ago=9.9))


def test_what_cannot_have_been_added_before_a_drawing_is_added_after_it(forgetful: Sums) -> None:
    """The ledger's drawing took away what was added before: only marks that were made since can speak of it."""
    envelope = play(7, minutes_ago=10)
    assert forgetful.adds(envelope)
    forgetful.let_marks_go()
    drawn_at = forgetful.states.clock(BOARD) + timedelta(seconds=1)
    assert forgetful.fold(play(1, minutes_ago=20)) is AMBIGUOUS
    assert forgetful.adds(play(1, minutes_ago=20), since=drawn_at)


@pytest.mark.parametrize(("milliseconds", "is_ambiguous"), [(0, True), (1, False)])
def test_a_mark_of_the_very_millisecond_since_when_an_envelope_can_have_been_added_speaks_of_it(
    client: redis.Redis, sums: Sums, milliseconds: int, *, is_ambiguous: bool
) -> None:
    made = int(NOW.timestamp() * 1000)
    client.hset(sums.keyspace.added(BOARD, 1).decode(), mapping={"time": made, "made": made})
    since = datetime.fromtimestamp((made + milliseconds) / 1000, UTC)
    assert (sums.fold(play(1, minutes_ago=60), since=since) is AMBIGUOUS) is is_ambiguous


def test_what_may_have_been_added_since_a_drawing_is_not(forgetful: Sums) -> None:
    drawn_at = forgetful.states.clock(BOARD)
    envelope = play(7, minutes_ago=10)
    assert forgetful.adds(envelope, since=drawn_at)
    forgetful.let_marks_go()
    assert forgetful.fold(envelope, since=drawn_at) is AMBIGUOUS


def test_two_generations_know_an_envelope_each_for_itself(client: redis.Redis, stage: str) -> None:
    sums = Sums(client, stage, SHORT, generations=2)
    envelope = play(7)
    assert sums.adds(envelope, 1)
    sums.let_marks_go()
    assert sums.adds(envelope, 2)
    assert sums.fold(envelope, 1) is AMBIGUOUS
    assert (sums.scores(1), sums.scores(2)) == ({"ann": 7}, {"ann": 7})


def test_marks_that_stand_for_different_times_are_forgotten_each_in_its_time(client: redis.Redis, stage: str) -> None:
    """As two rankers may have different settings for a while."""
    short, long = Sums(client, stage, SHORT), Sums(client, stage, 0.5)
    early, late = play(1, minutes_ago=20), play(2, minutes_ago=10)
    assert long.adds(late)
    assert short.adds(early)
    eventually(lambda: short.fold(play(4, minutes_ago=21)) is AMBIGUOUS, what="the first forgotten")
    short.let_marks_go()
    assert long.fold(late) is AMBIGUOUS


def test_a_refused_envelope_leaves_nothing(forgetful: Sums) -> None:
    assert forgetful.adds(play(7))
    forgetful.let_marks_go()
    refused = play(1, player="bob", minutes_ago=1)
    assert forgetful.fold(refused) is AMBIGUOUS
    assert not forgetful.client.exists(forgetful.keyspace.mark(BOARD, 1, refused.envelope_id).decode())
    assert forgetful.scores() == {"ann": 7}


def test_an_envelope_without_facts_is_never_ambiguous(forgetful: Sums) -> None:
    assert forgetful.adds(play(7))
    forgetful.let_marks_go()
    assert not forgetful.adds(make_envelope(BOARD, []))


@pytest.mark.parametrize("policy", [each for each in Policy if each is not Policy.TOTAL])
def test_other_policies_forgive_repeats_without_a_mark(client: redis.Redis, stage: str, policy: Policy) -> None:
    sums, envelope = Sums(client, stage, SHORT), play(7)
    order = FoldOrder(envelope, BoardOptions(policy=policy), 1, sums.version)
    for _ in range(3):
        (result,) = sums.boards.fold([order], NOW)
        assert isinstance(result, FoldResult)
    assert not list(client.scan_iter(f"{{{stage}/{BOARD}}}:seen:*"))
    assert not client.exists(sums.keyspace.added(BOARD, 1).decode())


def test_a_fold_by_another_state_marks_nothing(sums: Sums) -> None:
    envelope = play(7)
    (result,) = sums.boards.fold([FoldOrder(envelope, OPTIONS, 1, sums.version + 1)], NOW)
    assert result is STALE
    assert sums.adds(envelope)


def cursors(count: int) -> Sequence[UUID]:
    return sorted(new_uuid7(NOW - timedelta(days=30, seconds=-number)) for number in range(count))


def test_a_part_of_a_page_is_added_once_however_old_and_however_often_it_comes(forgetful: Sums) -> None:
    first, second, third = cursors(3)
    pages = {cursor: play(10**place, minutes_ago=40_000) for place, cursor in enumerate((first, second, third))}
    assert forgetful.adds(play(7))
    forgetful.let_marks_go()
    for cursor in (first, second, first, second, third, second):
        forgetful.adds(pages[cursor], page=PagePart(0, cursor))
    assert forgetful.scores() == {"ann": 118}


def test_the_parts_of_a_page_are_known_each_for_itself(sums: Sums) -> None:
    (cursor,) = cursors(1)
    assert sums.adds(play(1, player="ann"), page=PagePart(0, cursor))
    assert sums.adds(play(2, player="bob"), page=PagePart(1, cursor))
    assert not sums.adds(play(2, player="bob"), page=PagePart(1, cursor))
    assert sums.scores() == {"ann": 1, "bob": 2}


def test_a_page_that_lost_all_of_its_facts_counts_as_added(sums: Sums) -> None:
    first, second = cursors(2)
    assert not sums.adds(make_envelope(BOARD, []), page=PagePart(0, second))
    assert not sums.adds(play(1), page=PagePart(0, first))


def test_marks_of_the_release_before_are_known_and_so_is_what_they_may_have_stood_for(
    client: redis.Redis, sums: Sums
) -> None:
    """That release left no low-water mark. Its marks stood a quarter of an hour at least."""
    known, waiting = play(1), play(2)
    assert sums.adds(known)
    client.delete(sums.keyspace.added(BOARD, 1).decode())
    client.set(sums.keyspace.mark(BOARD, 1, known.envelope_id).decode(), "finished", ex=60)
    client.set(sums.keyspace.mark(BOARD, 1, waiting.envelope_id).decode(), "settled", ex=60)
    assert not sums.adds(known)
    assert sums.adds(waiting)
    client.delete(sums.keyspace.added(BOARD, 1).decode())
    assert sums.fold(play(4, minutes_ago=16)) is AMBIGUOUS
    assert sums.adds(play(4, minutes_ago=10))


def test_nothing_of_marks_outlives_the_drop_of_their_generation(client: redis.Redis, sums: Sums) -> None:
    assert sums.adds(play(7))
    assert sums.states.replace(BOARD, sums.version, live=2, generations=[GenerationState(2, 1)])
    while not sums.boards.drop(BOARD, 1, 10):
        pass
    assert not client.exists(sums.keyspace.added(BOARD, 1).decode())


def test_few_moments_are_noted_however_many_envelopes_are_folded(client: redis.Redis, stage: str) -> None:
    sums = Sums(client, stage, 0.2)
    for number in range(400):
        sums.fold(play(1, minutes_ago=number))
    assert client.hlen(sums.keyspace.added(BOARD, 1).decode()) <= 16 + 5


class AnyTotal(RuleBasedStateMachine):
    """Envelopes of any time come any number of times; marks go soon, or late, or at once."""

    envelopes = Bundle("envelopes")
    redis_url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.client = redis.Redis.from_url(self.redis_url)
        self.sums = Sums(self.client, f"any-{uuid4().hex[:12]}")
        self.added: dict[UUID, FactEnvelope] = {}
        self.is_forgetful = False

    @rule(seconds=st.sampled_from([0.001, SHORT, 0.1, MARK_SECONDS]))
    def keep_marks_for(self, seconds: float) -> None:
        self.sums.boards._mark_milliseconds = max(1, round(seconds * 1000))  # noqa: SLF001 -- as another ranker's setting
        self.is_forgetful |= seconds < MARK_SECONDS

    @rule(target=envelopes, score=st.integers(-9, 9), minutes_ago=st.integers(0, 50), player=st.sampled_from("ab"))
    def accept(self, score: int, minutes_ago: int, player: str) -> FactEnvelope:
        return play(score, minutes_ago=minutes_ago, player=player)

    @rule(envelope=envelopes)
    def fold(self, envelope: FactEnvelope) -> None:
        result = self.sums.fold(envelope)
        if result is AMBIGUOUS:
            assert self.is_forgetful
            assert any(envelope_time(envelope) <= envelope_time(each) for each in self.added.values())
        else:
            self.added[envelope.envelope_id] = envelope

    @invariant()
    def every_envelope_counts_once(self) -> None:
        expected: dict[str, int] = {}
        for each in self.added.values():
            for fact in each.facts:
                expected[fact.player] = expected.get(fact.player, 0) + fact.score
        assert self.sums.scores() == expected

    def teardown(self) -> None:
        self.client.close()


def test_whatever_goes_of_marks_no_envelope_is_added_twice(redis_url: str) -> None:
    machine: Any = type("EveryTotal", (AnyTotal,), {"redis_url": redis_url})
    case = machine.TestCase()
    case.settings = settings(
        max_examples=80, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case.runTest()
