"""A verdict is given once, and what is told of a suspect play is what the ledger holds of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from ledgerboard_contracts import CorrectionKind
from ledgerboard_ledger import Endpoints, LedgerWriter, PostgresPlayerNames, ReviewState
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import NOON, envelope, event_id, fact
from tests.integration.ledger.reviewed import decided, reviews_of, suspect

APPROVED, REFUSED = ReviewState.APPROVED, ReviewState.REFUSED


@pytest.fixture
def board() -> str:
    return f"board-{uuid4().hex[:12]}"


def test_of_two_who_decide_at_once_one_is_heard(engine: Engine, board: str) -> None:
    for _ in range(20):
        event, reviews = suspect(engine, board, event_id()), reviews_of(engine)
        with ThreadPoolExecutor(2) as both:
            verdicts = list(both.map(lambda state: reviews.decide(event, decided(state)), (APPROVED, REFUSED)))  # noqa: B023 -- used at once.
        assert verdicts[0] == verdicts[1]
        assert verdicts[0] is not None
        assert verdicts[0].state in {APPROVED, REFUSED}


def test_a_verdict_stands_with_its_author_and_its_correction(engine: Engine, board: str) -> None:
    event, reviews = suspect(engine, board, event_id()), reviews_of(engine)
    first = reviews.decide(event, decided(REFUSED, author="grace"))
    assert reviews.decide(event, decided(REFUSED, author="ada")) == first
    assert first is not None
    assert (first.author, first.decided_at, first.player) == ("grace", NOON, None)
    assert reviews.decide(event_id(), decided(REFUSED)) is None


def test_a_review_tells_what_was_played_and_whether_it_counts(engine: Engine, board: str) -> None:
    played = fact("ada", 7, level="1", session="cup", attributes={"car": "red"})
    LedgerWriter(engine).append([envelope(played, board=board)], [])
    suspect(engine, board, played.event_id)
    (review,) = reviews_of(engine).page(ReviewState.OPEN, board, None, 9)
    assert (review.player, review.score, review.level, review.session) == ("ada", 7, "1", "cup")
    assert (review.attributes, review.occurred_at, review.rules) == ({"car": "red"}, NOON, ("max_gain",))
    assert not review.is_voided
    void = correction(CorrectionKind.VOID, board=board, player="ada", event_id=played.event_id)
    LedgerWriter(engine).correct([void])
    assert [each.is_voided for each in reviews_of(engine).page(ReviewState.OPEN, board, None, 9)] == [True]


def test_pages_follow_each_other_oldest_play_first(engine: Engine, board: str) -> None:
    events = sorted(suspect(engine, board, event_id(NOON + timedelta(seconds=n))) for n in (3, 1, 2))
    reviews = reviews_of(engine)
    first = reviews.page(ReviewState.OPEN, board, None, 2)
    assert [each.event_id for each in first] == events[:2]
    assert [each.event_id for each in reviews.page(ReviewState.OPEN, board, events[1], 2)] == events[2:]
    assert {*events} <= {each.event_id for each in reviews.page(ReviewState.OPEN, None, None, 100)}
    assert reviews.page(APPROVED, board, None, 2) == []


def test_a_player_is_called_as_they_said_last(engine: Engine) -> None:
    names, player = PostgresPlayerNames(engine, Endpoints(engine, engine)), f"jo-{uuid4().hex}"
    for name, second in (("Jo", 1), ("Zoë 🎮", 3), ("too late", 2)):
        names.call(player, name, NOON + timedelta(seconds=second))
    assert names.names([player, "nobody"]) == {player: "Zoë 🎮"}
    names.forget(player)
    assert names.names([player]) == {}
