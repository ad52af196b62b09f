"""Turn what the live boards tell into the bodies of answers."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ledgerboard_boards import CachedTop
from ledgerboard_contracts import (
    HypotheticalPlacing,
    ListedStanding,
    Neighbours,
    Period,
    Placing,
    Ranking,
    ScopeKind,
    ScorePage,
    Standing,
    StandingsPage,
    View,
)
from ledgerboard_gateway.fallback import Found
from ledgerboard_gateway.http import view_answers as answers

_SCOPE_PARAMETERS: Final = {ScopeKind.LEVEL: "level", ScopeKind.SESSION: "session", ScopeKind.LEVELS: "levels"}
_SEASON: Final = "season:"
_encode: Final = msgspec.json.Encoder().encode


def in_view(view: View) -> dict[str, Any]:
    """The members of `InView`: what a reader would give to be told of the same view again."""
    key = view.span.key.removeprefix(_SEASON) if view.span.period is Period.SEASON else view.span.key
    head: dict[str, Any] = {"board": view.board, "period": view.span.period, "key": key}
    if parameter := _SCOPE_PARAMETERS.get(view.scope.kind):
        head[parameter] = view.scope.name or "total"
    return head


def top(view: View, found: CachedTop) -> bytes:
    """The first places out of the rows that the boards keep rendered; the same document as `StandingsAnswer`."""
    head = _encode(in_view(view) | {"ranking": Ranking.ORDINAL, "total": found.total})
    return b'%b,"standings":%b}' % (head[:-1], found.body)


def page(view: View, found: StandingsPage, ranking: Ranking) -> answers.StandingsAnswer:
    """The answer that tells consecutive standings."""
    return answers.StandingsAnswer(**in_view(view), ranking=ranking, total=found.total, standings=found.standings)


def score_page(view: View, found: ScorePage, ranking: Ranking) -> answers.ScorePageAnswer:
    """The answer that tells consecutive standings within a range of scores."""
    return answers.ScorePageAnswer(
        **in_view(view), ranking=ranking, total=found.total, matched=found.matched, standings=found.standings
    )


def placing(view: View, found: Placing, ranking: Ranking) -> answers.StandingAnswer:
    """The answer that tells one player's place."""
    own = found.standing
    return answers.StandingAnswer(
        **in_view(view),
        player=own.player,
        rank=own.rank,
        position=own.position,
        score=own.score,
        achieved_at=own.achieved_at,
        ranking=ranking,
        better=found.better,
        total=found.total,
        percentile=found.percentile,
    )


def neighbours(view: View, found: Neighbours, ranking: Ranking) -> answers.NeighboursAnswer:
    """The answer that tells what is around a place."""
    return answers.NeighboursAnswer(
        **in_view(view), ranking=ranking, total=found.total, centre=found.centre, standings=found.standings
    )


def hypothetical(view: View, score: int, found: HypotheticalPlacing, ranking: Ranking) -> answers.HypotheticalAnswer:
    """The answer that tells where a score would stand."""
    return answers.HypotheticalAnswer(
        **in_view(view),
        score=score,
        rank=found.rank,
        position=found.position,
        ranking=ranking,
        better=found.better,
        total=found.total,
        percentile=found.percentile,
    )


def lookup(view: View, asked: Sequence[str], found: Sequence[ListedStanding], ranking: Ranking) -> answers.LookupAnswer:
    """The answer that tells the places of several players."""
    rows = tuple(_listed(each) for each in found)
    placed = {row.player for row in rows}
    missing = tuple(player for player in dict.fromkeys(asked) if player not in placed)
    return answers.LookupAnswer(**in_view(view), ranking=ranking, standings=rows, missing=missing)


def boards_of_player(
    player: str, boards: Sequence[str], found: Found[Sequence[Standing | None]], ranking: Ranking
) -> answers.BoardsOfPlayerAnswer:
    """The answer that tells one player's places on several boards."""
    places = zip(found.views, found.value, strict=True)
    standings = tuple(_on_board(of.view, own) for of, own in places if own is not None)
    placed = {each.board for each in standings}
    missing = tuple(board for board in boards if board not in placed)
    return answers.BoardsOfPlayerAnswer(player=player, ranking=ranking, standings=standings, missing=missing)


def _on_board(view: View, own: Standing) -> answers.BoardStanding:
    return answers.BoardStanding(
        **in_view(view), rank=own.rank, position=own.position, score=own.score, achieved_at=own.achieved_at
    )


def _listed(each: ListedStanding) -> answers.ListedRow:
    own = each.standing
    return answers.ListedRow(
        rank=own.rank,
        position=own.position,
        player=own.player,
        score=own.score,
        achieved_at=own.achieved_at,
        list_rank=each.list_rank,
        list_position=each.list_position,
    )
