"""Every kind of page equals a slice of the whole list, in every ranking, policy and direction."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import MAX_SCORE, BoardOptions, Fact, Order, Ranking
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from tests.integration.boards.ranking_model import CHESS, NOW, PLAYERS, folded, histories, options, rankings, scores

counts = st.integers(0, 5) | st.integers(0, 40)
bounds = st.none() | scores | st.sampled_from([2**60, -(2**60), 2**54, 2**53 + 1])


@settings(max_examples=80, deadline=None)
@given(choice=options, history=histories, ranking=rankings, start=counts, size=counts)
def test_a_page_is_a_slice_and_the_last_page_the_end(
    redis_url: str, choice: BoardOptions, history: list[Fact], ranking: Ranking, start: int, size: int
) -> None:
    with folded(redis_url, choice, history) as (standings, model):
        page = standings.page(CHESS, choice, start, start + size, ranking)
        assert page.standings == model.shown(model.rows[start : start + size], ranking)
        last = standings.last(CHESS, choice, size, ranking)
        assert last.standings == model.shown(model.rows[max(0, len(model.rows) - size) :], ranking)
        assert page.total == last.total == len(model.rows)


@settings(max_examples=120, deadline=None)
@given(
    choice=options,
    history=histories,
    ranking=rankings,
    limits=st.tuples(bounds, bounds),
    part=st.tuples(counts, counts),
)
def test_a_range_of_scores_is_inclusive_and_paged(
    redis_url: str,
    choice: BoardOptions,
    history: list[Fact],
    ranking: Ranking,
    limits: tuple[int | None, int | None],
    part: tuple[int, int],
) -> None:
    (low, high), (offset, count) = limits, part
    with folded(redis_url, choice, history) as (standings, model):
        inside = [
            row for row in model.rows if (low is None or row.score >= low) and (high is None or row.score <= high)
        ]
        page = standings.by_score(CHESS, choice, limits, offset, count, ranking)
        assert page.standings == model.shown(inside[offset : offset + count], ranking)
        assert (page.matched, page.total) == (len(inside), len(model.rows))


@settings(max_examples=120, deadline=None)
@given(choice=options, history=histories, ranking=rankings, side=counts, player=st.sampled_from(PLAYERS))
def test_around_a_player_is_centred_refilled_at_both_ends_and_never_without_the_player(
    redis_url: str, choice: BoardOptions, history: list[Fact], ranking: Ranking, side: int, player: str
) -> None:
    with folded(redis_url, choice, history) as (standings, model):
        found, own = standings.around_player(CHESS, choice, player, side, ranking), model.best_of(player)
        if own is None:
            assert found is None
            return
        assert found is not None
        rows = model.window(own.rank - side, 2 * side + 1)
        assert found.standings == model.shown(rows, ranking)
        assert rows[found.centre] == own
        assert len(rows) == min(2 * side + 1, len(model.rows))


@settings(max_examples=120, deadline=None)
@given(choice=options, history=histories, ranking=rankings, side=counts, score=scores | st.just(2**54))
def test_around_a_score_are_those_whom_a_new_entry_would_come_between(
    redis_url: str, choice: BoardOptions, history: list[Fact], ranking: Ranking, side: int, score: int
) -> None:
    with folded(redis_url, choice, history) as (standings, model):
        found = standings.around_score(CHESS, choice, score, side, ranking)
        rank = sum(not model.is_better(score, row.score) for row in model.rows)
        rows = model.window(rank - side, 2 * side)
        assert found.standings == model.shown(rows, ranking)
        assert found.centre == rank - (rows[0].rank if rows else rank)


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (3, 2), (99, 100)])
def test_an_empty_range_gives_nothing(standings: RedisStandings, start: int, stop: int) -> None:
    assert standings.page(replace(CHESS, generation=0), BoardOptions(), start, stop, Ranking.DENSE).standings == ()


def test_negative_numbers_are_refused(standings: RedisStandings) -> None:
    for read in (
        lambda: standings.last(CHESS, BoardOptions(), -1),
        lambda: standings.by_score(CHESS, BoardOptions(), (None, None), -1, 1),
        lambda: standings.by_score(CHESS, BoardOptions(), (None, None), 0, -1),
        lambda: standings.around_player(CHESS, BoardOptions(), "ann", -1),
        lambda: standings.around_score(CHESS, BoardOptions(), 0, -1),
    ):
        with pytest.raises(ValueError, match="must not be negative"):
            read()


@pytest.mark.parametrize("order", Order)
def test_a_bound_beyond_every_score_is_not_taken_for_the_greatest(
    boards: FirstGeneration, standings: RedisStandings, order: Order
) -> None:
    choice = BoardOptions(order=order)
    limits = [make_fact("ann", MAX_SCORE, NOW), make_fact("bob", -MAX_SCORE, NOW)]
    boards.fold([(make_envelope("chess", limits), make_definition("chess", order))], NOW)
    assert standings.by_score(CHESS, choice, (MAX_SCORE, None), 0, 9).matched == 1
    assert standings.by_score(CHESS, choice, (MAX_SCORE + 1, None), 0, 9).matched == 0
    assert standings.by_score(CHESS, choice, (None, -MAX_SCORE), 0, 9).matched == 1
    assert standings.by_score(CHESS, choice, (None, -MAX_SCORE - 1), 0, 9).matched == 0
