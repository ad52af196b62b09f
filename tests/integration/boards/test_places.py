"""Where players stand, alone, in lists, on several boards, or would stand: always as the whole list has it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledgerboard_boards import RankTooDeepError, RedisStandings, ViewExpiredError
from ledgerboard_boards.reading import MAX_DISTINCT_SCORES
from ledgerboard_contracts import (
    ALL_TIME,
    DEFAULT_OPTIONS,
    BoardOptions,
    Fact,
    Period,
    Policy,
    Ranking,
    View,
    span_containing,
)
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_definition, make_envelope, make_fact
from tests.integration.boards.ranking_model import (
    CHESS,
    NOW,
    PLAYERS,
    Ranked,
    facts,
    folded,
    histories,
    options,
    rankings,
)


@settings(max_examples=100, deadline=None)
@given(choice=options, history=histories, ranking=rankings, player=st.sampled_from(PLAYERS))
def test_a_placing_counts_the_better_and_all(
    redis_url: str, choice: BoardOptions, history: list[Fact], ranking: Ranking, player: str
) -> None:
    with folded(redis_url, choice, history) as (standings, model):
        own, placing = model.best_of(player), standings.placing(CHESS, choice, player, ranking)
        if own is None:
            assert placing is None
            assert standings.standing(CHESS, choice, player, ranking) is None
            return
        assert placing is not None
        assert (placing.standing,) == model.shown([own], ranking)
        assert standings.standing(CHESS, choice, player, ranking) == placing.standing
        not_better = [row for row in model.rows if not model.is_better(row.score, own.score)]
        assert placing.percentile == pytest.approx(100 * len(not_better) / len(model.rows))


@settings(max_examples=100, deadline=None)
@given(choice=options, history=histories, ranking=rankings, friends=st.lists(st.sampled_from([*PLAYERS, "nobody"])))
def test_friends_are_ranked_on_the_board_and_among_themselves(
    redis_url: str, choice: BoardOptions, history: list[Fact], ranking: Ranking, friends: list[str]
) -> None:
    with folded(redis_url, choice, history) as (standings, model):
        own = sorted(
            (row for friend in set(friends) if (row := model.best_of(friend)) is not None), key=lambda row: row.rank
        )
        among = Ranked([replace(row, rank=place) for place, row in enumerate(own)], choice.order)
        listed = standings.listed(CHESS, choice, friends, ranking)
        assert tuple(each.standing for each in listed) == model.shown(own, ranking)
        assert [each.list_rank for each in listed] == [among.rank(row, ranking) for row in among.rows]
        assert all(each.list_position == each.list_rank + 1 for each in listed)


@settings(max_examples=200, deadline=None)
@given(choice=options, history=histories, ranking=rankings, play=facts)
def test_a_hypothetical_rank_is_that_of_the_entry_once_it_is_really_there(
    redis_url: str, choice: BoardOptions, history: list[Fact], ranking: Ranking, play: Fact
) -> None:
    replaced = {play.player} if choice.policy is not Policy.PLAYS else set()
    assume(not any(_looks_like(play, fact.player, fact.score, fact.occurred_at) for fact in history))
    with folded(redis_url, choice, history) as (standings, model):
        found = standings.hypothetical(CHESS, choice, play, ranking)
        assert standings.page(CHESS, choice, 0, 1000).standings == model.rows
    with folded(redis_url, choice, [*(fact for fact in history if fact.player not in replaced), play]) as (_, model):
        (real,) = [row for row in model.rows if _looks_like(play, row.player, row.score, row.achieved_at)]
        assert (found.rank, found.position) == (model.rank(real, ranking), model.rank(real, ranking) + 1)
        assert (found.better, found.total) == (len(model.better(play.score)), len(model.rows))


def _looks_like(play: Fact, player: str, score: int, when: datetime) -> bool:
    return (play.player, play.score, play.occurred_at) == (player, score, when)


def test_one_players_standings_on_several_boards_come_together(
    boards: FirstGeneration, standings: RedisStandings
) -> None:
    for board, score in (("chess", 1), ("go", 2)):
        boards.fold([(make_envelope(board, [make_fact("ann", score, NOW)]), make_definition(board))], NOW)
    asked = [(View(board, ALL_TIME), DEFAULT_OPTIONS) for board in ("chess", "go")]
    asked.insert(1, (View("none", ALL_TIME, generation=0), DEFAULT_OPTIONS))
    assert [each and each.score for each in standings.standings_of("ann", asked)] == [1, None, 2]
    assert standings.standings_of("ann", []) == []


def test_an_expired_view_among_several_is_named(boards: FirstGeneration, standings: RedisStandings) -> None:
    boards.begin("chess", "go")
    gone = View("go", span_containing(Period.DAY, NOW - timedelta(days=99)))
    with pytest.raises(ViewExpiredError, match="go"):
        standings.standings_of("ann", [(CHESS, DEFAULT_OPTIONS), (gone, DEFAULT_OPTIONS)])
    for read in (
        lambda: standings.listed(gone, DEFAULT_OPTIONS, ["ann"]),
        lambda: standings.hypothetical(gone, DEFAULT_OPTIONS, make_fact("ann", 1, NOW)),
        lambda: standings.by_score(gone, DEFAULT_OPTIONS, (None, None), 0, 1),
        lambda: standings.around_player(gone, DEFAULT_OPTIONS, "ann", 1),
        lambda: standings.around_score(gone, DEFAULT_OPTIONS, 1, 1),
        lambda: standings.top_since(gone, DEFAULT_OPTIONS, 0),
    ):
        with pytest.raises(ViewExpiredError):
            read()


def test_a_dense_rank_is_counted_to_the_limit_and_refused_beyond(
    boards: FirstGeneration, standings: RedisStandings
) -> None:
    crowd = [make_fact(f"player-{place}", -place, NOW) for place in range(MAX_DISTINCT_SCORES + 2)]
    boards.fold([(make_envelope("chess", crowd), make_definition("chess"))], NOW)
    last = standings.standing(CHESS, DEFAULT_OPTIONS, f"player-{MAX_DISTINCT_SCORES}", Ranking.DENSE)
    assert last is not None
    assert last.rank == MAX_DISTINCT_SCORES
    with pytest.raises(RankTooDeepError):
        standings.standing(CHESS, DEFAULT_OPTIONS, f"player-{MAX_DISTINCT_SCORES + 1}", Ranking.DENSE)
    with pytest.raises(RankTooDeepError):
        standings.last(CHESS, DEFAULT_OPTIONS, 1, Ranking.DENSE)
    with pytest.raises(RankTooDeepError):
        standings.hypothetical(CHESS, DEFAULT_OPTIONS, make_fact("ann", -(10**6), NOW), Ranking.DENSE)
    assert standings.last(CHESS, DEFAULT_OPTIONS, 1, Ranking.COMPETITION).standings[0].rank == MAX_DISTINCT_SCORES + 1


def test_several_views_of_one_read_share_what_a_dense_ranking_counts(
    boards: FirstGeneration, standings: RedisStandings
) -> None:
    crowd = [make_fact(f"player-{place}", -place, NOW) for place in range(MAX_DISTINCT_SCORES)]
    boards.fold([(make_envelope("chess", crowd), make_definition("chess"))], NOW)
    both, share = [(CHESS, DEFAULT_OPTIONS)] * 2, MAX_DISTINCT_SCORES // 2
    assert [each and each.rank for each in standings.standings_of(f"player-{share}", both, Ranking.DENSE)] == [
        share
    ] * 2
    with pytest.raises(RankTooDeepError):
        standings.standings_of(f"player-{share + 1}", both, Ranking.DENSE)
    assert standings.standings_of(f"player-{share + 1}", both[:1], Ranking.DENSE)[0] is not None
