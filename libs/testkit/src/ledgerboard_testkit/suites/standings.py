"""Live boards, as they are read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
import pytest

from ledgerboard_boards import CachedTop, MovedError, ViewExpiredError
from ledgerboard_contracts import (
    ALL_TIME,
    TOP_N,
    BoardOptions,
    Fact,
    Order,
    Period,
    Standing,
    StandingsPage,
    View,
    span_containing,
    spans_of,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_testkit.plays import best_standings, make_fact

NOW: Final = datetime.now(UTC)
_BEST_FIRST: Final = BoardOptions()
_CHESS: Final = View("chess", ALL_TIME)
_UNPLAYED: Final = replace(_CHESS, generation=0)


class Standings(Protocol):
    """What a reader of boards asks."""

    def page(self, view: View, options: BoardOptions, start: int, stop: int) -> StandingsPage: ...
    def standing(self, view: View, options: BoardOptions, player: str) -> Standing | None: ...
    def top(self, view: View, options: BoardOptions) -> CachedTop: ...


class Add(Protocol):
    """Lets facts count on a board of that order."""

    def __call__(self, board: str, *facts: Fact, order: Order = Order.DESC) -> None: ...


def _reads(standings: Standings, view: View) -> tuple[Callable[[], object], ...]:
    return (
        lambda: standings.page(view, _BEST_FIRST, 0, 9),
        lambda: standings.standing(view, _BEST_FIRST, "ann"),
        lambda: standings.top(view, _BEST_FIRST),
    )


class StandingsSuite:
    """Give it empty ``standings``, ``add``, and ``outage``: a context in which the boards are down."""

    def test_a_board_on_which_nobody_played_is_empty(self, standings: Standings) -> None:
        assert standings.page(_UNPLAYED, _BEST_FIRST, 0, 10) == StandingsPage(standings=(), total=0)
        assert standings.standing(_UNPLAYED, _BEST_FIRST, "ann") is None
        assert standings.top(_UNPLAYED, _BEST_FIRST) == CachedTop(version=0, body=b"[]", total=0)

    @pytest.mark.parametrize("order", list(Order))
    def test_every_read_of_every_span_is_the_fold_of_the_plays(
        self, standings: Standings, add: Add, order: Order
    ) -> None:
        names = ("ann", "Ann", "bob", "é", "🎮")
        plays = [
            make_fact(names[number % 5], number * 7 % 4 - 2, NOW - timedelta(days=number % 3, microseconds=number % 2))
            for number in range(40)
        ]
        add("chess", *plays, order=order)
        options = BoardOptions(order=order)
        for span in spans_of(NOW):
            expected, view = best_standings(plays, order, span), View("chess", span)
            assert standings.page(view, options, 0, 99) == StandingsPage(standings=expected, total=len(expected))
            assert {standings.standing(view, options, each.player) for each in expected} == set(expected)
            top = standings.top(view, options)
            assert (msgspec.json.decode(top.body, type=tuple[Standing, ...]), top.total) == (expected, len(expected))
            assert top.body == msgspec.json.encode(expected)

    @pytest.mark.parametrize(
        ("start", "stop", "ranks"), [(0, 2, [0, 1]), (3, 9, [3, 4]), (5, 9, []), (0, 0, []), (2, 1, []), (2, -1, [])]
    )
    def test_a_page_is_half_open_and_never_more_than_asked_for(
        self, standings: Standings, add: Add, start: int, stop: int, ranks: list[int]
    ) -> None:
        add("chess", *(make_fact(f"player-{rank}", 100 - rank, NOW) for rank in range(5)))
        page = standings.page(_CHESS, _BEST_FIRST, start, stop)
        assert ([each.rank for each in page.standings], page.total) == (ranks, 5)

    def test_a_negative_start_is_refused(self, standings: Standings) -> None:
        with pytest.raises(ValueError, match="must not be negative"):
            standings.page(_CHESS, _BEST_FIRST, -1, 5)

    def test_the_version_of_a_top_rises_exactly_with_its_body(self, standings: Standings, add: Add) -> None:
        add("chess", *(make_fact(f"player-{number:03}", 1000 - number, NOW) for number in range(TOP_N + 1)))
        first = standings.top(_CHESS, _BEST_FIRST)
        add("chess", make_fact("last", 1, NOW), make_fact("player-000", 5, NOW))
        same = standings.top(_CHESS, _BEST_FIRST)
        assert (same.version, same.body, same.total) == (first.version, first.body, first.total + 1)
        add("chess", make_fact("last", 2000, NOW))
        other = standings.top(_CHESS, _BEST_FIRST)
        assert other.version > same.version > 0
        assert other.body != same.body

    def test_a_span_that_was_let_go_is_never_taken_for_an_empty_one(self, standings: Standings, add: Add) -> None:
        long_ago = NOW - timedelta(days=200)
        add("chess", make_fact("ann", 1, long_ago))
        assert standings.page(_CHESS, _BEST_FIRST, 0, 9).total == 1
        view = View("chess", span_containing(Period.DAY, long_ago))
        for read in _reads(standings, view):
            with pytest.raises(ViewExpiredError):
                read()

    def test_while_the_boards_are_down_no_read_is_answered(
        self, standings: Standings, add: Add, outage: AbstractContextManager[None]
    ) -> None:
        add("chess", make_fact("ann", 1, NOW))
        with outage:
            for read in _reads(standings, _CHESS):
                with pytest.raises(UnavailableError):
                    read()
        assert standings.page(_CHESS, _BEST_FIRST, 0, 9).total == 1


class Move(Protocol):
    """Lets another generation of a board go live, made of these facts, and the former one go."""

    def __call__(self, board: str, generation: int, *facts: Fact) -> None: ...


class GenerationsSuite:
    """Give it empty ``standings``, ``add``, and ``move``."""

    def test_only_the_live_generation_is_read(self, standings: Standings, add: Add, move: Move) -> None:
        add("chess", make_fact("ann", 1, NOW), make_fact("bob", 2, NOW))
        move("chess", 7, make_fact("ann", 3, NOW))
        for generation in (0, 1, 6, 8):
            for read in _reads(standings, replace(_CHESS, generation=generation)):
                with pytest.raises(MovedError, match="chess"):
                    read()
        live = replace(_CHESS, generation=7)
        assert [each.player for each in standings.page(live, _BEST_FIRST, 0, 9).standings] == ["ann"]
        assert standings.standing(live, _BEST_FIRST, "bob") is None
        assert standings.top(live, _BEST_FIRST).total == 1

    def test_a_board_that_nobody_played_on_has_no_first_generation(self, standings: Standings) -> None:
        for read in _reads(standings, _CHESS):
            with pytest.raises(MovedError):
                read()
