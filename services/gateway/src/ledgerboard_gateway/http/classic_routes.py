"""Read games by users, levels and days, as players' clients have always asked for them.

The paths name no board: which one is read is fixed by the settings. A user without games has an empty list, as an
unknown one has.
"""

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812 -- the parameter of a path is called so.
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Response

from ledgerboard_contracts import (
    BoardDefinition,
    InvalidNameError,
    Order,
    Period,
    Ranking,
    Standing,
    StandingsPage,
    check_level,
    level_scope,
)
from ledgerboard_gateway.fallback import Asked, Found, Source
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.classic_answers import Game, GamesAnswer, LevelScores, TopScore, TopScores
from ledgerboard_gateway.http.classic_documentation import describe
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.requests import day_in_path, player_in_path
from ledgerboard_gateway.http.sources import answer_found
from ledgerboard_gateway.settings import ClassicBoards
from ledgerboard_gateway.views import Wanted
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Play


class Standings(Protocol):
    """The boards. Raises where there is no such board or ranking, and `UnavailableError`."""

    def page(self, asked: Asked, start: int, stop: int, ranking: Ranking) -> Found[StandingsPage]:
        """Consecutive standings."""
        ...


class Plays(Protocol):
    """The record of plays. Raises `UnavailableError` when it is down."""

    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]:
        """A player's plays that count, the best first, and of equal ones the earlier first."""
        ...

    def plays(
        self, player: str, board: str | None, before: UUID | None, limit: int, *, level: str | None
    ) -> Sequence[Play]:
        """A player's plays, newest first: those older than an event."""
        ...


class Definitions(Protocol):
    """Board definitions. Raises `UnavailableError`."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None."""
        ...


class ClassicRoutes:
    """``/users``, ``/levels`` and ``/scores``."""

    def __init__(
        self, boards: ClassicBoards, definitions: Definitions, standings: Standings, plays: Plays, clock: Clock
    ) -> None:
        self._boards = boards
        self._definitions = definitions
        self._standings = standings
        self._plays = plays
        self._clock = clock

    def get_user(self, query: Mapping[str, Any], username: str) -> Response:
        """Tell a user's best games."""
        player_in_path(username, "username")
        board = self._boards.games
        definition = self._definitions.current(board)
        games: Sequence[Play] = ()
        if definition is not None:
            games = self._plays.best_plays(username, board, definition.options.order, None, query["limit"])
        return rendering.answer(GamesAnswer(username=username, scores=tuple(map(_game, games))))

    def get_user_level(self, query: Mapping[str, Any], username: str, level: str) -> Response:
        """Tell all of a user's games on a level."""
        player_in_path(username, "username")
        limit = query["limit"]
        games = self._plays.plays(username, self._boards.games, query["before"], limit, level=_level(level))
        following = None
        if len(games) == limit:
            page = urlencode({"before": games[-1].event_id, "limit": limit})
            following = f"/users/{quote(username, safe='')}/levels/{quote(level, safe='')}/scores?{page}"
        return rendering.answer(GamesAnswer(username=username, scores=tuple(map(_game, games)), next=following))

    def get_level(self, query: Mapping[str, Any], level: str) -> Response:
        """Tell the best on a level."""
        wanted = Wanted(period=query["period"], key=query["key"], scope=level_scope(_level(level)))
        found = self._top(self._boards.levels, wanted, query["limit"])
        key = found.of.view.span.key
        scores = _rows(found)
        return answer_found(found, LevelScores(level=level, period=query["period"].value, key=key, scores=scores))

    def get_scores_today(self, query: Mapping[str, Any]) -> Response:
        """Tell the best of all time, of this month and of today, UTC."""
        return self._scores(self._clock.now().date(), query["limit"])

    def get_scores(self, query: Mapping[str, Any], date: str) -> Response:
        """Tell the best of all time, of a day's month and of the day."""
        return self._scores(day_in_path(date, "date"), query["limit"])

    def _scores(self, day: Date, limit: int) -> Response:
        wanted = (
            Wanted(),
            Wanted(period=Period.MONTH, key=day.strftime("%Y-%m")),
            Wanted(period=Period.DAY, key=day.isoformat()),
        )
        overall, monthly, daily = (self._top(self._boards.scores, each, limit) for each in wanted)
        marked = next((each for each in (overall, monthly, daily) if each.source is Source.LEDGER), overall)
        body = TopScores(date=day.isoformat(), overall=_rows(overall), monthly=_rows(monthly), daily=_rows(daily))
        return answer_found(marked, body)

    def _top(self, board: str, wanted: Wanted, limit: int) -> Found[StandingsPage]:
        return self._standings.page(Asked(board, wanted), 0, limit, Ranking.ORDINAL)

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return describe(
            user=self.get_user,
            user_level=self.get_user_level,
            level=self.get_level,
            today=self.get_scores_today,
            day=self.get_scores,
        )


def _game(play: Play) -> Game:
    return Game(
        game_id=play.event_id, username=play.player, gamedate=play.occurred_at, score=play.score, level=play.level
    )


def _rows(found: Found[StandingsPage]) -> tuple[TopScore, ...]:
    return tuple(map(_row, found.value.standings))


def _row(standing: Standing) -> TopScore:
    return TopScore(username=standing.player, score=standing.score, gamedate=standing.achieved_at)


def _level(name: str) -> str:
    try:
        return check_level(name)
    except InvalidNameError as error:
        raise invalid("level", str(error)) from error
