"""Where sessions are managed, the moment of acceptance decides, in whatever order things arrive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import (
    BoardOptions,
    Policy,
    RejectionReason,
    SessionRules,
    Source,
    Submission,
    SubmissionEnvelope,
    derived_envelope_id,
    wire,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Done, Retry
from ledgerboard_ingest.judge import Judge, Judgement
from ledgerboard_ingest.worker import AHEAD_RECEIVES, SubmissionsHandler
from ledgerboard_testkit.bodies import facts_of
from ledgerboard_testkit.memory import FixedClock, MemoryLevels, MemorySender, MemorySessions
from ledgerboard_testkit.submissions import (
    NOON,
    SOURCE_ID,
    MemoryDefinitions,
    received,
    submission,
    submission_envelope,
)

MANAGED = BoardOptions(managed_sessions=True, policy=Policy.TOTAL)
SECOND = timedelta(seconds=1)


class Bench(Protocol):
    """What the fixture gives, as far as this module uses it."""

    clock: FixedClock
    definitions: MemoryDefinitions
    sessions: MemorySessions
    rank: MemorySender
    history: MemorySender
    dead_letters: MemorySender
    handler: SubmissionsHandler

    def counted(self, name: str, **labels: str) -> float: ...


@pytest.fixture
def cup(bench: Bench) -> Bench:
    """The board 'cup' has a session 'final', open since noon."""
    bench.definitions.define("cup", options=MANAGED)
    bench.sessions.open("cup", "final", SessionRules())
    return bench


def score(number: int, session: str | None = "final", *, after: int = 0) -> Submission:
    return submission(number, board="cup", session=session, occurred_at=NOON + after * SECOND)


def envelopes(sender: MemorySender) -> list[tuple[UUID, list[str]]]:
    return [
        (each.envelope_id, [fact.player for fact in each.facts]) for body in sender.bodies for each in facts_of(body)
    ]


def test_what_comes_late_but_was_accepted_before_closing_counts_and_what_came_after_is_rejected(cup: Bench) -> None:
    cup.clock.advance(SECOND)
    cup.sessions.close("cup", "final")
    cup.clock.advance(timedelta(hours=1))
    asked = submission_envelope(score(1, after=0), score(2, after=1), score(3, after=2))
    assert cup.handler.handle([received(asked)]) == [Done()]
    own = derived_envelope_id(SOURCE_ID, "cup", 1, "final")
    assert envelopes(cup.rank) == [(own, ["player-1", "player-2"])]
    assert cup.counted("ingest_rejections_total", reason="session_closed") == 1


def test_a_score_without_a_session_is_rejected(cup: Bench) -> None:
    assert cup.handler.handle([received(submission_envelope(score(1, None)))]) == [Done()]
    assert cup.counted("ingest_rejections_total", reason="session_missing") == 1
    assert cup.sessions.looks == 0


def test_a_session_that_nobody_opened_is_dead_lettered_without_its_mates_and_can_be_replayed(cup: Bench) -> None:
    asked = submission_envelope(score(1), score(2, "typo"), submission(3), score(4, "typo"))
    assert cup.handler.handle([received(asked)]) == [Done()]
    assert {player for _, players in envelopes(cup.rank) for player in players} == {"player-1", "player-3"}
    (letter,) = cup.dead_letters.sent
    assert letter.attributes["reason"] == "board 'cup' has no session 'typo'"
    left = replace(asked, submissions=(asked.submissions[1], asked.submissions[3]))
    assert wire.decode_submissions(letter.body) == (left, ())
    assert cup.counted("ingest_submissions_total", outcome="astray") == 2
    cup.sessions.open("cup", "typo", SessionRules())
    cup.handler.handle([received(letter.body)])
    own = derived_envelope_id(SOURCE_ID, "cup", 1, "typo")
    assert envelopes(cup.rank)[-1] == (own, ["player-2", "player-4"]), "no repetition of its mates' envelope"


def by_player(number: int, session: str, *, after: int = 0, board: str = "cup") -> Submission:
    return replace(score(number, session, after=after), source=Source.PLAYER, board=board)


def test_a_players_score_for_a_session_that_nobody_opened_is_rejected_and_makes_no_dead_letter(cup: Bench) -> None:
    invented = [by_player(number, f"typo-{number}") for number in range(90)]
    asked = submission_envelope(by_player(100, "final"), *invented)
    for _ in range(2):
        assert cup.handler.handle([received(asked)]) == [Done()]
    assert cup.dead_letters.sent == []
    assert cup.counted("ingest_rejections_total", reason="session_unknown") == 2 * 90
    assert cup.counted("ingest_submissions_total", outcome="accepted") == 2


def test_a_servers_score_for_it_is_still_dead_lettered_beside_a_players_rejection(cup: Bench) -> None:
    asked = submission_envelope(score(1, "typo"), by_player(2, "typo"))
    assert cup.handler.handle([received(asked)]) == [Done()]
    (letter,) = cup.dead_letters.sent
    assert wire.decode_submissions(letter.body) == (replace(asked, submissions=asked.submissions[:1]), ())
    assert cup.counted("ingest_rejections_total", reason="session_unknown") == 1


def test_a_session_that_opened_after_a_players_score_was_accepted_makes_no_fact_of_it(cup: Bench) -> None:
    asked = submission_envelope(by_player(1, "later"))
    cup.clock.advance(SECOND)
    cup.sessions.open("cup", "later", SessionRules())
    assert cup.handler.handle([received(asked)]) == [Done()]
    assert cup.counted("ingest_rejections_total", reason="session_unknown") == 1
    assert cup.handler.handle([received(submission_envelope(by_player(2, "later", after=1)))]) == [Done()]
    assert [players for _, players in envelopes(cup.rank)] == [["player-2"]]


def test_an_unknown_session_of_a_clock_that_runs_ahead_is_waited_for(cup: Bench) -> None:
    asked = submission_envelope(by_player(1, "soon", after=2))
    (verdict,) = cup.handler.handle([received(asked)])
    assert isinstance(verdict, Retry)
    cup.clock.advance(SECOND)
    cup.sessions.open("cup", "soon", SessionRules())
    cup.clock.advance(2 * SECOND)
    assert cup.handler.handle([received(asked, receive_count=2)]) == [Done()]
    assert [players for _, players in envelopes(cup.rank)] == [["player-1"]]


def test_where_nobody_opens_sessions_a_player_names_none_and_a_server_any(cup: Bench) -> None:
    asked = submission_envelope(by_player(1, "mine", board="race"), submission(2, session="any", board="race"))
    assert cup.handler.handle([received(asked)]) == [Done()]
    assert [players for _, players in envelopes(cup.rank)] == [["player-2"]]
    assert cup.counted("ingest_rejections_total", reason="session_unknown") == 1
    assert cup.sessions.looks == 0


def test_a_clock_that_runs_ahead_is_waited_for_with_the_whole_session_and_not_for_ever(cup: Bench) -> None:
    asked = submission_envelope(score(1, after=0), score(2, after=3), submission(3))
    (verdict,) = cup.handler.handle([received(asked)])
    assert isinstance(verdict, Retry)
    assert [players for _, players in envelopes(cup.rank)] == [["player-3"]]
    cup.clock.advance(3 * SECOND)
    assert cup.handler.handle([received(asked, receive_count=2)]) == [Done()]
    assert envelopes(cup.rank)[-2:][0][1] == ["player-1", "player-2"]
    later = submission_envelope(score(4, after=9), submission(5))
    assert cup.handler.handle([received(later, receive_count=AHEAD_RECEIVES)]) == [Done()]
    (letter,) = cup.dead_letters.sent
    assert "ahead" in letter.attributes["reason"]


def test_all_sessions_of_a_batch_are_looked_at_once_and_never_for_boards_without_managed_ones(cup: Bench) -> None:
    plain = submission_envelope(submission(1, session="whatever"))
    assert cup.handler.handle([received(plain), received(plain)]) == [Done(), Done()]
    assert cup.sessions.looks == 0
    cup.handler.handle([received(plain), *(received(submission_envelope(score(n, f"s-{n}"))) for n in range(9))])
    assert cup.sessions.looks == 1


def test_while_the_record_is_down_the_batch_waits_and_nothing_is_sent(cup: Bench) -> None:
    cup.sessions.available = False
    with pytest.raises(UnavailableError):
        cup.handler.handle([received(submission_envelope(score(1), submission(2)))])
    assert not cup.rank.sent


steps = st.lists(st.sampled_from(["open", "close", "judge", "wait"]), max_size=15)
accepted = st.lists(
    st.tuples(st.integers(-2, 6), st.sampled_from(["a", "b", None]), st.sampled_from(Source)), min_size=1, max_size=6
)


def _judge(sessions: MemorySessions, source: SubmissionEnvelope) -> Judgement:
    definitions = MemoryDefinitions()
    definitions.define("cup", options=MANAGED)
    (judgement,) = Judge(definitions, sessions, MemoryLevels()).judge([source])
    return judgement


@given(steps, accepted)
def test_a_message_gets_the_same_verdict_however_openings_closings_and_redeliveries_mingle(
    steps: Sequence[str], accepted: Sequence[tuple[int, str | None, Source]]
) -> None:
    """What is not judged yet may be judged later; what was judged once never differs, envelope by envelope."""
    clock = FixedClock()
    sessions = MemorySessions(clock)
    source = submission_envelope(
        *(replace(score(n, session, after=after), source=by) for n, (after, session, by) in enumerate(accepted))
    )
    made, refused, counted = dict[UUID, object](), dict[UUID, RejectionReason](), set[UUID]()
    for step in [*steps, "open", "wait", "judge"]:
        clock.advance(SECOND if step == "wait" else timedelta(microseconds=1))
        if step == "open":
            sessions.open("cup", "a", SessionRules())
        elif step == "close":
            sessions.close("cup", "a")
        elif step == "judge":
            judgement = _judge(sessions, source)
            for envelope in judgement.envelopes:
                assert made.setdefault(envelope.envelope_id, envelope) == envelope
            for rejection in judgement.rejections:
                assert refused.setdefault(rejection.event_id, rejection.reason) == rejection.reason
            counted |= {fact.event_id for envelope in judgement.envelopes for fact in envelope.facts}
            assert not counted & refused.keys()
