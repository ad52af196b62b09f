"""The boards and the ledger give the same answer to the same question: real servers, any board, any history."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact, Ranking, View, views_of
from ledgerboard_ledger import LedgerReader, LedgerStandings, LedgerWriter
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope
from tests.integration.boards.games import NOW, PLAYERS, facts
from tests.integration.ledger.standings_model import options

_sizes = st.integers(0, 3) | st.integers(0, 20)
_scores = st.integers(-3, 3) | st.sampled_from([2**53, -(2**53), 2**54])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.data(),
    choice=options,
    history=st.lists(facts, min_size=1, max_size=20),
    ranking=st.sampled_from(Ranking),
)
def test_every_read_of_the_boards_has_its_like_in_the_ledger(
    engine: Engine, redis_url: str, data: st.DataObject, choice: BoardOptions, history: list[Fact], ranking: Ranking
) -> None:
    board, stage = f"board-{uuid4().hex[:12]}", f"alike-{uuid4().hex[:12]}"
    definition = BoardDefinition(board=board, version=1, options=choice)
    LedgerWriter(engine).append([make_envelope(board, history)], [])
    ledger = LedgerStandings(LedgerReader(engine, engine))
    with redis.Redis.from_url(redis_url) as client:
        FirstGeneration(client, stage).fold([(make_envelope(board, history), definition)], NOW)
        boards = RedisStandings(client, stage)
        view = data.draw(st.sampled_from(_live_views(board, history, choice)))
        for name, more in _questions(data):
            asked = (view, choice, *more, ranking)
            assert getattr(ledger, name)(*asked) == getattr(boards, name)(*asked), name


def _live_views(board: str, history: list[Fact], choice: BoardOptions) -> list[View]:
    views = {view for fact in history for view in views_of(board, fact, choice)}
    live = [view for view in views if view.span.expires_at is None or view.span.expires_at > NOW]
    return sorted(live, key=str)


def _questions(data: st.DataObject) -> Iterator[tuple[str, tuple[Any, ...]]]:
    player, start, size = data.draw(st.sampled_from(PLAYERS)), data.draw(_sizes), data.draw(_sizes)
    yield "page", (start, start + size)
    yield "last", (size,)
    yield "by_score", (data.draw(st.tuples(st.none() | _scores, st.none() | _scores)), start, size)
    yield "around_player", (player, size)
    yield "around_score", (data.draw(_scores), size)
    yield "standing", (player,)
    yield "placing", (player,)
    yield "listed", (data.draw(st.lists(st.sampled_from(PLAYERS), min_size=1)),)
    yield "hypothetical", (data.draw(facts),)
