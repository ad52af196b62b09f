"""Read seasons, and who stood where when they closed. A closed season never changes, however late something comes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, Protocol
from urllib.parse import quote, urlencode

from flask import Response

from ledgerboard_contracts import BoardDefinition, InvalidPeriodKeyError, Period, Season, Standing, span_from_key
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http import season_examples as e
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import board_in_path, player_in_path
from ledgerboard_gateway.http.season_answers import (
    FinalStandingAnswer,
    FinalStandingItem,
    FinalStandingsAnswer,
    SeasonItem,
    SeasonsAnswer,
    SeasonState,
)
from ledgerboard_gateway.http.season_query import FinalStandingsQuery
from ledgerboard_gateway.views import UnknownBoardError, UnknownViewError
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Closing


class Definitions(Protocol):
    """The record of definitions. Raises `UnavailableError` when it is down."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Finals(Protocol):
    """What was closed, as `ledgerboard_ledger.FinalStandings` has it."""

    def seasons(self, board: str) -> Sequence[Closing]:
        """The board's closed seasons."""
        ...

    def closing(self, board: str, period: Period, key: str) -> Closing | None:
        """One of them, or None."""
        ...

    def page(self, closing: int, after: int | None, limit: int) -> Sequence[Standing]:
        """Final places behind a rank."""
        ...

    def standing(self, closing: int, player: str) -> Standing | None:
        """One player's, or None."""
        ...


class SeasonRoutes:
    """The routes that read seasons. They answer from the ledger alone."""

    def __init__(self, definitions: Definitions, finals: Finals, clock: Clock) -> None:
        self._definitions = definitions
        self._finals = finals
        self._clock = clock

    def list_seasons(self, board: str) -> Response:
        """Tell a board's seasons."""
        closed = {closing.key: closing for closing in self._finals.seasons(board_in_path(board))}
        definition = self._definitions.current(board)
        if definition is None and not closed:
            raise UnknownBoardError(board)
        open_seasons = () if definition is None else self._open(definition, closed)
        items = [*map(_closed, closed.values()), *open_seasons]
        items.sort(key=lambda item: (item.end, item.key))
        return rendering.answer(SeasonsAnswer(board=board, seasons=tuple(items)))

    def get_final_standings(self, query: Mapping[str, Any], board: str, key: str) -> Response:
        """Tell a page of final places."""
        closing, limit = self._closing(board, key), query["limit"]
        rows = self._finals.page(closing.number, query["after"], limit)
        following = _following(board, key, rows[-1].rank, limit) if len(rows) == limit else None
        standings = tuple(map(_standing, rows))
        return rendering.answer(
            FinalStandingsAnswer(board=board, season=_closed(closing), standings=standings, next=following)
        )

    def get_final_standing(self, board: str, key: str, player: str) -> Response:
        """Tell one player's final place."""
        player_in_path(player)
        closing = self._closing(board, key)
        found = self._finals.standing(closing.number, player)
        if found is None:
            raise ProblemError(P.UNKNOWN_PLAYER, f"{player} had no standing when {key} closed.")
        return rendering.answer(FinalStandingAnswer(board=board, season=_closed(closing), standing=_standing(found)))

    def _closing(self, board: str, key: str) -> Closing:
        found = self._finals.closing(board_in_path(board), Period.SEASON, key)
        if found is None:
            self._refuse(board, key)
        return found

    def _refuse(self, board: str, key: str) -> NoReturn:
        definition = self._definitions.current(board)
        if definition is None:
            raise UnknownBoardError(board)
        try:
            span_from_key(Period.SEASON, key, definition.options.calendar)
        except InvalidPeriodKeyError as error:
            raise UnknownViewError(str(error)) from error
        raise UnknownViewError(f"The season {key} has not closed yet; until then read its live standings")

    def _open(self, definition: BoardDefinition, closed: Mapping[str, Closing]) -> Iterator[SeasonItem]:
        now = self._clock.now()
        for season in definition.options.seasons:
            if season.key not in closed:
                state = SeasonState.RUNNING if now < season.end else SeasonState.SETTLING
                yield _open(season, SeasonState.UPCOMING if now < season.start else state)

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="seasons",
                method="GET",
                rule="/v1/boards/<board>/seasons",
                view=self.list_seasons,
                summary="List a board's seasons",
                description="By their end. `settling`: it ended, and closes as soon as nothing that belongs to it "
                "can be on its way any more.",
                answers={200: Answer([SeasonsAnswer], e.SEASONS, "The seasons")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
            Operation(
                tag="seasons",
                method="GET",
                rule="/v1/boards/<board>/seasons/<key>/standings",
                view=self.get_final_standings,
                summary="Read the final standings of a season",
                description="Kept for ever. Not found until the season has closed. Follow `next` for more.",
                query=FinalStandingsQuery,
                answers={200: Answer([FinalStandingsAnswer], e.FINAL_STANDINGS, "A page of final places")},
                problems=[P.UNKNOWN_BOARD, P.UNKNOWN_VIEW, P.UNAVAILABLE],
            ),
            Operation(
                tag="seasons",
                method="GET",
                rule="/v1/boards/<board>/seasons/<key>/players/<player>",
                view=self.get_final_standing,
                summary="Read where a player stood when a season closed",
                description="Where each play ranks for itself, the player's best place.",
                answers={200: Answer([FinalStandingAnswer], e.FINAL_STANDING, "The final place")},
                problems=[P.UNKNOWN_BOARD, P.UNKNOWN_VIEW, P.UNKNOWN_PLAYER, P.UNAVAILABLE],
            ),
        ]


def _closed(closing: Closing) -> SeasonItem:
    return SeasonItem(
        key=closing.key,
        start=closing.starts_at,
        end=closing.ends_at,
        state=SeasonState.CLOSED,
        closed_at=closing.closed_at,
        entries=closing.entries,
        late_facts=closing.late_facts,
    )


def _open(season: Season, state: SeasonState) -> SeasonItem:
    return SeasonItem(
        key=season.key, start=season.start, end=season.end, state=state, closed_at=None, entries=None, late_facts=None
    )


def _standing(found: Standing) -> FinalStandingItem:
    return FinalStandingItem(
        rank=found.rank,
        position=found.position,
        player=found.player,
        score=found.score,
        achieved_at=found.achieved_at,
    )


def _following(board: str, key: str, after: int, limit: int) -> str:
    return f"/v1/boards/{board}/seasons/{quote(key, safe='')}/standings?{urlencode({'after': after, 'limit': limit})}"
