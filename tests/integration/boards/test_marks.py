"""A total knows an envelope while it may come again, and forgets it minutes after nobody has it any more."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Final

import pytest
import redis

from ledgerboard_boards import FoldOrder, GenerationState, Mark, RedisStandings, mark_of
from ledgerboard_boards.folding import FINISHED_MARK_SECONDS, MARK_SECONDS
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, FactEnvelope, Policy, View
from ledgerboard_contracts.queues import RANK
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact

NOW = datetime.now(UTC)
SUMS = make_definition("sums", policy=Policy.TOTAL)
WORDS: Final = ("fold", "acknowledged", "settled")


class Marked:
    """One envelope of 7 points, what becomes of it, and how long its mark stands."""

    def __init__(self, client: redis.Redis, stage: str) -> None:
        self.envelope: FactEnvelope = make_envelope("sums", [make_fact("ann", 7, NOW)])
        self.key = Keyspace(stage).mark("sums", 1, self.envelope.envelope_id).decode()
        self._client = client
        self._boards = FirstGeneration(client, stage)
        self._standings = RedisStandings(client, stage)

    def meets(self, *words: str) -> int:
        """The seconds that the mark stands after these."""
        mark = Mark("sums", 1, self.envelope.envelope_id)
        for word in words:
            if word == "fold":
                self._boards.fold([(self.envelope, SUMS)], NOW)
            else:
                boards = self._boards.boards
                (boards.settled if word == "settled" else boards.acknowledged)([mark])
        return int(self._client.ttl(self.key))

    @property
    def score(self) -> int:
        (standing,) = self._standings.page(View("sums", ALL_TIME), SUMS.options, 0, 10).standings
        return standing.score


@pytest.fixture
def marked(client: redis.Redis, stage: str) -> Marked:
    return Marked(client, stage)


def is_whole(seconds: int) -> bool:
    return MARK_SECONDS - 60 < seconds <= MARK_SECONDS


def is_cut(seconds: int) -> bool:
    return 0 < seconds <= FINISHED_MARK_SECONDS


def test_a_mark_stands_as_long_as_a_message_may_wait() -> None:
    assert MARK_SECONDS == RANK.retention_seconds + RANK.dead_letter_retention_seconds == 18 * 24 * 3600


@pytest.mark.parametrize("word", ["acknowledged", "settled"])
def test_one_of_the_two_words_cuts_no_mark_however_often_it_is_said(marked: Marked, word: str) -> None:
    assert is_whole(marked.meets("fold", word, word))
    assert is_whole(marked.meets("fold"))
    assert marked.score == 7


@pytest.mark.parametrize("words", [("acknowledged", "settled"), ("settled", "acknowledged")])
def test_both_words_cut_it_in_either_order(marked: Marked, words: tuple[str, str]) -> None:
    assert is_cut(marked.meets("fold", *words))
    assert is_cut(marked.meets(*words, *words))


def test_what_is_settled_before_it_is_folded_is_added_once_and_cut_when_it_is_acknowledged(marked: Marked) -> None:
    assert is_whole(marked.meets("settled", "settled"))
    assert is_whole(marked.meets("fold"))
    assert marked.score == 7
    assert is_cut(marked.meets("acknowledged"))
    assert is_whole(marked.meets("fold"))
    assert marked.score == 7


def test_an_envelope_that_was_acknowledged_and_not_settled_may_be_sent_again_much_later(
    client: redis.Redis, marked: Marked
) -> None:
    marked.meets("fold", "acknowledged")
    client.expire(marked.key, client.ttl(marked.key) - 14 * 24 * 3600)
    assert is_whole(marked.meets("fold"))
    assert is_cut(marked.meets("acknowledged", "settled"))
    assert marked.score == 7


@pytest.mark.parametrize("words", list(permutations([*WORDS, "fold"])))
def test_an_envelope_that_comes_again_needs_both_words_again(marked: Marked, words: tuple[str, ...]) -> None:
    assert is_whole(marked.meets(*words, "fold"))
    assert is_whole(marked.meets("settled"))
    assert is_cut(marked.meets("acknowledged"))
    assert marked.score == 7


def test_a_word_lengthens_no_mark(client: redis.Redis, marked: Marked) -> None:
    marked.meets("fold")
    client.expire(marked.key, 5)
    assert marked.meets("settled", "acknowledged", "settled") <= 5


def test_acknowledging_what_left_no_mark_makes_none(client: redis.Redis, marked: Marked) -> None:
    marked.meets("acknowledged")
    assert not client.exists(marked.key)


def kept_order(marked: Marked, version: int, *, keep_mark: bool) -> FoldOrder:
    return FoldOrder(marked.envelope, SUMS.options, 1, version, keep_mark=keep_mark)


@pytest.mark.parametrize("words", [("acknowledged", "settled"), ("settled", "acknowledged"), ("fold", *WORDS[1:])])
def test_no_word_cuts_a_kept_mark_before_or_after(
    boards: FirstGeneration, marked: Marked, words: tuple[str, ...]
) -> None:
    """Neither does an ordinary delivery of the same envelope make it an ordinary one."""
    boards.begin("sums")
    state = boards.states.get("sums")
    assert state is not None
    marked.meets("settled")
    for _ in range(2):
        boards.boards.fold([kept_order(marked, state.version, keep_mark=True)], NOW)
        assert is_whole(marked.meets(*words))
    assert marked.score == 7


def test_an_order_without_a_mark_adds_and_leaves_none(
    client: redis.Redis, boards: FirstGeneration, marked: Marked
) -> None:
    boards.begin("sums")
    state = boards.states.get("sums")
    assert state is not None
    order = FoldOrder(marked.envelope, SUMS.options, 1, state.version, marked=False)
    assert mark_of(order) is None
    boards.boards.fold([order, order], NOW)
    assert marked.score == 14
    assert not client.exists(marked.key)


def test_two_generations_mark_an_envelope_each_for_itself(boards: FirstGeneration, marked: Marked) -> None:
    boards.states.create("sums", [GenerationState(1, 1), GenerationState(2, 1)], 1)
    marked.meets("fold")
    state = boards.states.get("sums")
    assert state is not None
    order = FoldOrder(marked.envelope, SUMS.options, 2, state.version)
    boards.boards.fold([order, order], NOW)
    (entry,) = boards.boards.entries(View("sums", ALL_TIME, generation=2), SUMS.options, None, 9)
    assert (entry.standing.score, marked.score) == (7, 7)


@pytest.mark.parametrize("words", [(), ("settled",)])
def test_what_was_never_added_is_not_kept_and_may_be_added_later(
    boards: FirstGeneration, marked: Marked, words: tuple[str, ...]
) -> None:
    marked.meets(*words)
    assert boards.boards.keep([Mark("sums", 1, marked.envelope.envelope_id)]) == [False]
    assert is_whole(marked.meets("fold"))
    assert marked.score == 7


@pytest.mark.parametrize("words", [("fold",), ("fold", *WORDS[1:]), ("settled", "fold")])
def test_who_asks_for_an_envelope_finds_it_known_for_the_whole_time(
    client: redis.Redis, boards: FirstGeneration, marked: Marked, words: tuple[str, ...]
) -> None:
    """Else its mark could go between the answer and what is done by it."""
    marked.meets(*words)
    client.expire(marked.key, 5)
    assert boards.boards.keep([Mark("sums", 1, marked.envelope.envelope_id)]) == [True]
    assert is_whole(marked.meets("acknowledged", "settled", "fold", "acknowledged"))
    assert marked.score == 7
