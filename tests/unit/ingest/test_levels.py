"""Players name the levels that a board declares, or the first so many that any of them named; servers name any."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import BoardOptions, RejectionReason, Source, Submission
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Done
from ledgerboard_ingest.judge import Judge, Judgement
from ledgerboard_ingest.levels import KnownLevels
from ledgerboard_testkit.memory import MemoryLevels, MemorySessions
from ledgerboard_testkit.submissions import MemoryDefinitions, received, submission, submission_envelope
from tests.unit.ingest.conftest import Bench

PLAYER, SERVER = Source.PLAYER, Source.SERVER


def score(number: int, level: str | None, source: Source = PLAYER, *, version: int = 1, **others: Any) -> Submission:
    return submission(number, level=level, source=source, board_version=version, **others)


def judge(levels: MemoryLevels, options: Sequence[BoardOptions], *scores: Submission) -> Judgement:
    definitions = MemoryDefinitions()
    for version, each in enumerate(options, 1):
        definitions.define("race", version, each)
    (judgement,) = Judge(definitions, MemorySessions(), levels).judge([submission_envelope(*scores)])
    return judgement


def accepted(judgement: Judgement) -> list[str | None]:
    return [fact.level for envelope in judgement.envelopes for fact in envelope.facts]


def reasons(judgement: Judgement) -> list[RejectionReason]:
    return [each.reason for each in judgement.rejections]


def test_of_declared_levels_a_player_names_no_other_and_a_server_names_any() -> None:
    levels, options = MemoryLevels(), [BoardOptions(levels=("1", "2"))]
    made = judge(levels, options, score(1, "1"), score(2, "3"), score(3, None), score(4, "3", SERVER))
    assert accepted(made) == ["1", None, "3"]
    assert reasons(made) == [RejectionReason.LEVEL_UNKNOWN]
    assert levels.asked == 0


def test_players_name_the_first_so_many_levels_and_servers_name_any_without_using_them_up() -> None:
    levels, options = MemoryLevels(), [BoardOptions(levels=2)]
    scores = [score(0, "s", SERVER), score(1, "a"), score(2, "b"), score(3, "c"), score(4, "a"), score(5, "d", SERVER)]
    made = judge(levels, options, *scores)
    assert accepted(made) == ["s", "a", "b", "a", "d"]
    assert reasons(made) == [RejectionReason.LEVELS_EXHAUSTED]
    assert accepted(judge(levels, options, score(6, "b"), score(7, "s"))) == ["b"]


def test_where_players_name_no_level_they_submit_without_one() -> None:
    made = judge(MemoryLevels(), [BoardOptions(levels=0)], score(1, "a"), score(2, None))
    assert (accepted(made), reasons(made)) == ([None], [RejectionReason.LEVELS_EXHAUSTED])


def test_a_score_that_does_not_count_names_no_level() -> None:
    levels, options = MemoryLevels(), [BoardOptions(levels=1, max_score=200)]
    made = judge(levels, options, score(1, "a", score=201), score(2, "b"))
    assert accepted(made) == ["b"]
    assert reasons(made) == [RejectionReason.SCORE_ABOVE_MAXIMUM]


def test_a_player_who_invents_a_thousand_levels_makes_no_more_than_the_board_takes(bench: Bench) -> None:
    bench.definitions.define("race", 1, BoardOptions(levels=10))
    invented = submission_envelope(*(score(number, f"l-{number}") for number in range(1000)))
    for _ in range(2):
        assert bench.handler.handle([received(invented)]) == [Done()]
    assert bench.counted("ingest_rejections_total", reason="levels_exhausted") == 2 * 990
    assert not bench.dead_letters.sent


def test_while_the_record_is_down_the_batch_waits_and_nothing_is_sent(bench: Bench) -> None:
    bench.levels.available = False
    with pytest.raises(UnavailableError):
        bench.handler.handle([received(submission_envelope(score(1, "a")))])
    assert not bench.rank.sent
    assert bench.handler.handle([received(submission_envelope(score(1, "a", SERVER), score(2, None)))]) == [Done()]


def test_a_level_that_has_its_number_is_asked_for_once() -> None:
    levels = MemoryLevels()
    known = KnownLevels(levels, capacity=2)
    assert [known.numbers("race", [level], 9) for level in ("a", "b", "a", "b")] == [{"a": 1}, {"b": 2}] * 2
    assert levels.asked == 2
    assert known.numbers("race", ["a", "b", "c"], 9) == {"a": 1, "b": 2, "c": 3}
    assert known.numbers("race", ["a"], 9) == {"a": 1}, "forgotten, and the same"
    assert levels.asked == 4


names = st.sampled_from(["a", "b", "c", "d", "e"])
plays = st.lists(st.tuples(names, st.sampled_from([1, 2, 3]), st.sampled_from(Source)), min_size=1, max_size=8)


@given(messages=st.lists(plays, min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_a_message_gets_the_same_verdict_however_often_and_in_whatever_order_it_comes(
    messages: list[list[tuple[str, int, Source]]], order: st.DrawFn
) -> None:
    """Also where later versions of the board take more levels, or fewer."""
    levels, options = MemoryLevels(), [BoardOptions(levels=2), BoardOptions(levels=4), BoardOptions(levels=1)]
    scores = [
        [
            score(100 * message + place, level, source, version=version)
            for place, (level, version, source) in enumerate(each)
        ]
        for message, each in enumerate(messages)
    ]
    verdicts: dict[int, tuple[object, object]] = {}
    deliveries = [*range(len(scores))] * 3
    order.shuffle(deliveries)  # type: ignore[attr-defined]  # A Random, which the strategy draws.
    for number in deliveries:
        made = judge(levels, options, *scores[number])
        assert verdicts.setdefault(number, (made.envelopes, made.rejections)) == (made.envelopes, made.rejections)
