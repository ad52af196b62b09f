"""Read a player's ranks over time, and what a board comes to. Both are told by the ledger alone."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Protocol

from flask import Response

from ledgerboard_contracts import BoardDefinition
from ledgerboard_gateway.board_records import KEPT, BoardRecord
from ledgerboard_gateway.http import history_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.history_answers import RankItem, RanksAnswer, RecordAnswer
from ledgerboard_gateway.http.history_query import RanksQuery
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.problems import invalid
from ledgerboard_gateway.http.requests import board_in_path, player_in_path
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import RankOfDay

MOST_DAYS: Final = 366
DEFAULT_DAYS: Final = 30


class Definitions(Protocol):
    """Board definitions. Raises `UnavailableError` when they cannot be had."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Ranks(Protocol):
    """The ranks that are kept of each day. Raises `UnavailableError` when they cannot be had."""

    def of(self, board: str, player: str, first: date, last: date) -> Sequence[RankOfDay]:
        """A player's, both days included, oldest first."""
        ...


class Records(Protocol):
    """What boards come to. Raises `UnavailableError` when it cannot be had soon."""

    def of(self, board: str) -> BoardRecord:
        """One board's."""
        ...


class RecordRoutes:
    """``/v1/boards/{board}/record``, and ``ranks`` of its players."""

    def __init__(self, definitions: Definitions, ranks: Ranks, records: Records, clock: Clock) -> None:
        self._definitions = definitions
        self._ranks = ranks
        self._records = records
        self._clock = clock

    def get_ranks(self, query: Mapping[str, Any], board: str, player: str) -> Response:
        """Tell where a player stood from day to day."""
        player_in_path(player)
        self._check_known(board)
        first, last = _days(query["first"], query["last"], self._clock.now().date())
        ranks = tuple(map(_rank, self._ranks.of(board, player, first, last)))
        return rendering.answer(RanksAnswer(board=board, player=player, first=first, last=last, ranks=ranks))

    def get_record(self, board: str) -> Response:
        """Tell what a board comes to."""
        self._check_known(board)
        return rendering.answer(_record(board, self._records.of(board)))

    def _check_known(self, board: str) -> None:
        if self._definitions.current(board_in_path(board)) is None:
            raise UnknownBoardError(board)

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="history",
                method="GET",
                rule="/v1/boards/<board>/players/<player>/ranks",
                view=self.get_ranks,
                summary="Read a player's rank over time",
                description="One row a day, oldest first: where the player stood among all players, by all plays "
                "until then. What is kept of a day stays, whatever is corrected later. A day is missing on which "
                f"the player was not among the first places, which are kept. At most {MOST_DAYS} days; without `from` "
                f"and `to` the last {DEFAULT_DAYS}.",
                query=RanksQuery,
                answers={200: Answer([RanksAnswer], e.RANKS, "The ranks")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
            Operation(
                tag="history",
                method="GET",
                rule="/v1/boards/<board>/record",
                view=self.get_record,
                summary="Read what a board comes to",
                description="How many players and plays count on it, the first and the last of the plays, and how many "
                "scores it refused. It is counted in the ledger and kept for "
                f"{KEPT.total_seconds():g} s; `as_of` tells when it was counted. A board with too many plays to count "
                "in time is answered with 503.",
                answers={200: Answer([RecordAnswer], e.RECORD, "The record")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
        ]


def _days(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for, both included. Raises the 400 problem."""
    end = last or today
    begin = first or date.fromordinal(max(1, end.toordinal() - DEFAULT_DAYS + 1))
    if begin > end:
        raise invalid("from", "must not be after to, which is today unless given")
    if end - begin >= timedelta(days=MOST_DAYS):
        raise invalid("from", f"must be less than {MOST_DAYS} days before to, which is today unless given")
    return begin, end


def _rank(found: RankOfDay) -> RankItem:
    return RankItem(day=found.day, rank=found.rank, position=found.position, score=found.score)


def _record(board: str, found: BoardRecord) -> RecordAnswer:
    told = found.statistics
    return RecordAnswer(
        board=board,
        players=told.players,
        plays=told.plays,
        first_play_at=told.first_play_at,
        last_play_at=told.last_play_at,
        rejections=told.rejections,
        as_of=found.as_of,
    )
