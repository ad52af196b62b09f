"""A verdict depends on the submission and on the definition that it names, and on nothing else."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import (
    MAX_SCORE,
    BoardDefinition,
    BoardOptions,
    Fact,
    Rejection,
    RejectionReason,
    Submission,
    SubmissionEnvelope,
    TieBreak,
    derived_envelope_id,
)
from ledgerboard_ingest.judge import Judge, Judgement
from ledgerboard_ingest.verdicts import judge_submission
from ledgerboard_testkit import strategies
from ledgerboard_testkit.memory import MemoryLevels, MemorySessions
from ledgerboard_testkit.submissions import SOURCE_ID, MemoryDefinitions, submission, submission_envelope

LAPS = BoardDefinition(board="race", version=1, options=BoardOptions(min_score=10, max_score=20))


@given(strategies.submissions, strategies.scores, strategies.scores)
def test_a_score_is_a_fact_exactly_when_it_is_within_both_bounds(asked: Submission, one: int, other: int) -> None:
    options = BoardOptions(min_score=min(one, other), max_score=max(one, other))
    definition = BoardDefinition(board=asked.board, version=asked.board_version, options=options)
    verdict = judge_submission(asked, definition, SOURCE_ID)
    assert isinstance(verdict, Fact) is (options.min_score <= asked.score <= options.max_score)


@given(strategies.submissions)
def test_a_fact_is_the_submission_without_what_its_envelope_says(asked: Submission) -> None:
    unbounded = BoardDefinition(board=asked.board, version=asked.board_version, options=BoardOptions())
    assert judge_submission(asked, unbounded, SOURCE_ID) == Fact(
        event_id=asked.event_id, player=asked.player, score=asked.score, occurred_at=asked.occurred_at,
        level=asked.level, attributes=asked.attributes, session=asked.session,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("score", "reason", "detail"),
    [
        (9, RejectionReason.SCORE_BELOW_MINIMUM, "the score 9 is below this board's minimum of 10"),
        (
            -MAX_SCORE,
            RejectionReason.SCORE_BELOW_MINIMUM,
            f"the score {-MAX_SCORE} is below this board's minimum of 10",
        ),
        (21, RejectionReason.SCORE_ABOVE_MAXIMUM, "the score 21 is above this board's maximum of 20"),
    ],
)
def test_a_rejection_tells_its_submitter_which_bound_was_missed(
    score: int, reason: RejectionReason, detail: str
) -> None:
    asked = submission(1, score=score)
    assert judge_submission(asked, LAPS, SOURCE_ID) == Rejection(
        event_id=asked.event_id, board="race", board_version=1, player=asked.player, score=score,
        occurred_at=asked.occurred_at, reason=reason, detail=detail, envelope_id=SOURCE_ID,
    )  # fmt: skip


@pytest.mark.parametrize("score", [10, 20])
def test_both_bounds_are_inclusive(score: int) -> None:
    assert isinstance(judge_submission(submission(score=score), LAPS, SOURCE_ID), Fact)


members = st.lists(
    st.builds(
        submission,
        st.integers(0, 10**6),
        board=st.sampled_from(["race", "other"]),
        board_version=st.integers(1, 3),
        score=st.integers(0, 30),
    ),
    max_size=20,
)


def definitions() -> MemoryDefinitions:
    known = MemoryDefinitions([LAPS])
    known.define("race", 2)
    known.define("other", 1)
    return known


def judged(known: MemoryDefinitions, source: SubmissionEnvelope) -> Judgement:
    (judgement,) = Judge(known, MemorySessions(), MemoryLevels()).judge([source])
    return judgement


@given(members)
def test_every_submission_becomes_exactly_one_fact_or_rejection_or_stays_undefined(asked: list[Submission]) -> None:
    judgement = judged(definitions(), submission_envelope(*asked))
    came_out = Counter(fact.event_id for envelope in judgement.envelopes for fact in envelope.facts)
    came_out += Counter(rejection.event_id for rejection in judgement.rejections)
    came_out += Counter(each.event_id for envelope in judgement.undefined for each in envelope.submissions)
    assert came_out == Counter(each.event_id for each in asked)


@given(members)
def test_each_submission_is_judged_by_the_version_that_it_names(asked: list[Submission]) -> None:
    known = definitions()
    outcome = {
        (envelope.board, envelope.board_version, fact.event_id)
        for envelope in judged(known, submission_envelope(*asked)).envelopes
        for fact in envelope.facts
    }
    assert outcome == {
        (each.board, each.board_version, each.event_id)
        for each in asked
        if (definition := known.version(each.board, each.board_version))
        and definition.options.min_score <= each.score <= definition.options.max_score
    }


@given(members)
def test_a_redelivered_envelope_gets_the_same_judgement(asked: list[Submission]) -> None:
    source = submission_envelope(*asked)
    assert judged(definitions(), source) == judged(definitions(), source)


@given(members)
def test_there_is_one_envelope_for_each_board_and_version_under_its_derived_id(asked: list[Submission]) -> None:
    judgement = judged(definitions(), submission_envelope(*asked))
    groups = [(envelope.board, envelope.board_version) for envelope in judgement.envelopes]
    assert len(groups) == len(set(groups))
    for envelope in judgement.envelopes:
        assert envelope.envelope_id == derived_envelope_id(SOURCE_ID, envelope.board, envelope.board_version)
        assert envelope.correlation_id == "c-1"
        assert envelope.facts


@given(members)
def test_what_nobody_defined_can_be_sent_again_as_it_is_and_leads_to_the_same_ids(asked: list[Submission]) -> None:
    """Each undefined part holds the whole of its board and version, so that its derived envelope is complete."""
    judgement = judged(definitions(), submission_envelope(*asked))
    later = definitions()
    for part in judgement.undefined:
        first = part.submissions[0]
        later.define(first.board, first.board_version)
    again = [envelope for part in judgement.undefined for envelope in judged(later, part).envelopes]
    at_once = judged(later, submission_envelope(*asked)).envelopes
    assert sorted(again + list(judgement.envelopes), key=str) == sorted(at_once, key=str)


def test_the_definition_is_asked_for_once_a_board_however_many_submissions_name_it() -> None:
    known = definitions()
    judged(known, submission_envelope(*(submission(number) for number in range(50))))
    assert known.asked == 1


def test_an_empty_envelope_is_judged_to_nothing() -> None:
    judgement = judged(definitions(), SubmissionEnvelope(envelope_id=SOURCE_ID, correlation_id="c", submissions=()))
    assert (judgement.envelopes, judgement.rejections, judgement.undefined) == ((), (), ())


TIED = BoardDefinition(
    board="race", version=1, options=BoardOptions(ties=(TieBreak(attribute="lives"), TieBreak(attribute="shots")))
)


@pytest.mark.parametrize(
    ("attributes", "reason", "named"),
    [
        (None, RejectionReason.TIE_BREAK_MISSING, "lives"),
        ({"shots": 1}, RejectionReason.TIE_BREAK_MISSING, "lives"),
        ({"lives": 1}, RejectionReason.TIE_BREAK_MISSING, "shots"),
        ({"lives": None, "shots": 1}, RejectionReason.TIE_BREAK_INVALID, "lives"),
        ({"lives": 1, "shots": 5.0}, RejectionReason.TIE_BREAK_INVALID, "shots"),
        ({"lives": True, "shots": 1}, RejectionReason.TIE_BREAK_INVALID, "lives"),
        ({"lives": "1", "shots": 1}, RejectionReason.TIE_BREAK_INVALID, "lives"),
        ({"lives": 2**53 + 1, "shots": 1}, RejectionReason.TIE_BREAK_INVALID, "lives"),
        ({"lives": 1, "shots": -(2**53) - 1}, RejectionReason.TIE_BREAK_INVALID, "shots"),
    ],
)
def test_a_submission_that_could_not_be_ordered_is_rejected_by_the_name_of_the_attribute(
    attributes: dict[str, object] | None, reason: RejectionReason, named: str
) -> None:
    verdict = judge_submission(submission(attributes=attributes), TIED, SOURCE_ID)
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason
    assert repr(named) in verdict.detail


def test_attributes_at_the_limits_break_ties() -> None:
    asked = submission(attributes={"lives": 2**53, "shots": -(2**53), "car": "red"}, session="s-1")
    verdict = judge_submission(asked, TIED, SOURCE_ID)
    assert isinstance(verdict, Fact)
    assert (verdict.attributes, verdict.session) == (asked.attributes, "s-1")
