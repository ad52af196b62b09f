"""Sums beyond what a double tells apart are read as exactly as any other score."""

from dataclasses import replace

import pytest

from ledgerboard_boards import RedisStandings
from ledgerboard_contracts import (
    ALL_LEVELS,
    ALL_TIME,
    MAX_SCORE,
    BoardDefinition,
    BoardOptions,
    Order,
    Policy,
    Ranking,
    View,
)
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope, make_fact
from tests.integration.boards.ranking_model import NOW, Ranked

Board = tuple[RedisStandings, View, BoardOptions, Ranked]
KINDS = [("board", order) for order in Order] + [("levels", order) for order in Order]


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]}-{kind[1]}")
def sums(request: pytest.FixtureRequest, boards: FirstGeneration, standings: RedisStandings) -> Board:
    """Two players at each of the sums from 2^53 - 3 to 2^53 + 3, and two at each from there on doubled."""
    kind, order = request.param
    facts = [
        replace(make_fact(f"{name}-{near}-{count}", score, NOW), level=f"level-{level}")
        for near in range(-3, 4)
        for count in (1, 2)
        for name in ("a", "b")
        for level, score in enumerate([MAX_SCORE] * count + [near])
    ]
    if kind == "levels":
        options, view = BoardOptions(order=order, level_total_view=True), View("sums", ALL_TIME, ALL_LEVELS)
    else:
        options, view = BoardOptions(order=order, policy=Policy.TOTAL), View("sums", ALL_TIME)
    definition = BoardDefinition(board="sums", version=1, options=options)
    boards.fold([(make_envelope("sums", facts), definition)], NOW)
    rows = standings.page(view, options, 0, 99).standings
    assert sorted(row.score for row in rows) == sorted(
        [count * MAX_SCORE + near for near in range(-3, 4) for count in (1, 2)] * 2
    )
    return standings, view, options, Ranked(rows, order)


@pytest.mark.parametrize("ranking", Ranking)
def test_every_player_has_the_exact_rank(sums: Board, ranking: Ranking) -> None:
    standings, view, options, model = sums
    assert standings.page(view, options, 0, 99, ranking).standings == model.shown(model.rows, ranking)
    for row in model.rows:
        placing = standings.placing(view, options, row.player, ranking)
        assert placing is not None
        assert (placing.standing,) == model.shown([row], ranking)
        assert placing.better == len(model.better(row.score))


def test_bounds_and_places_between_are_exact(sums: Board) -> None:
    standings, view, options, model = sums
    for bound in {near + row.score for row in model.rows for near in (-1, 0, 1)}:
        at_least = standings.by_score(view, options, (bound, None), 0, 99)
        assert [row.score for row in at_least.standings] == [row.score for row in model.rows if row.score >= bound]
        at_most = standings.by_score(view, options, (None, bound), 0, 99)
        assert at_most.matched == sum(row.score <= bound for row in model.rows)
        around = standings.around_score(view, options, bound, 1)
        rank = sum(not model.is_better(bound, row.score) for row in model.rows)
        assert around.standings[0].rank + around.centre == rank


@pytest.mark.parametrize("ranking", Ranking)
def test_a_hypothetical_sum_ranks_behind_its_equals(sums: Board, ranking: Ranking) -> None:
    standings, view, options, model = sums
    for score in {row.score for row in model.rows}:
        found = standings.hypothetical(view, options, make_fact("new", score, NOW), ranking)
        better = model.better(score)
        equal = sum(row.score == score for row in model.rows)
        expected = {
            Ranking.ORDINAL: len(better) + equal,
            Ranking.COMPETITION: len(better),
            Ranking.DENSE: len(set(better)),
        }
        assert (found.rank, found.better, found.total) == (expected[ranking], len(better), len(model.rows) + 1)
