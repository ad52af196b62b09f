"""Sessions and seats, whoever keeps them."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import uuid4

from ledgerboard_contracts import Admission, GameType, SeenSessions, SessionRules
from ledgerboard_contracts.sessions import SessionKey
from ledgerboard_ledger import Allocation, Ending, KeptSession, Seat, Seating

LATER: Final = datetime(2026, 11, 21, 13, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
DUEL: Final = SessionRules(capacity=2)
ONCE: Final = SessionRules(game_type=GameType.SINGLE_TRIAL)
BRIEF: Final = SessionRules(game_type=GameType.TIME_CONSTRAINED, minutes=5)


class Sessions(Protocol):
    """Sessions as managers change them, as everybody reads them, and their seats, in one."""

    def open(self, board: str, session: str, rules: SessionRules) -> tuple[KeptSession, bool]: ...
    def close(self, board: str, session: str) -> KeptSession | None: ...
    def see(self, keys: Collection[SessionKey]) -> SeenSessions: ...
    def session(self, board: str, session: str) -> KeptSession | None: ...
    def current(self, board: str) -> KeptSession | None: ...
    def list(self, board: str, after: str | None, limit: int) -> Sequence[KeptSession]: ...
    def seats(self, board: str, session: str, after: str | None, limit: int) -> Sequence[Seat]: ...
    def allocate(self, board: str, session: str, player: str, at: datetime) -> Allocation: ...
    def free(self, board: str, session: str, player: str, at: datetime) -> bool: ...
    def end(self, endings: Sequence[Ending]) -> int: ...


def fresh_board() -> str:
    """A name that no other test has."""
    return f"board-{uuid4().hex[:12]}"


def names(kept: Sequence[KeptSession]) -> Sequence[str]:
    """What the sessions are called."""
    return [each.session.session for each in kept]


class SessionsSuite:
    """Give it ``sessions``, and ``tick``: let a moment pass on their clock."""

    def test_a_session_is_opened_once_and_stays_as_it_was_opened(
        self, sessions: Sessions, tick: Callable[[], None]
    ) -> None:
        board = fresh_board()
        assert sessions.session(board, "cup") is sessions.close(board, "cup") is None
        opened, is_new = sessions.open(board, "cup", DUEL)
        assert is_new
        assert opened.is_open
        assert (opened.session.rules, opened.session.closed_at, opened.seats_taken) == (DUEL, None, 0)
        tick()
        assert sessions.open(board, "cup", ONCE) == (opened, False)
        assert sessions.session(board, "cup") == opened

    def test_a_session_closes_once(self, sessions: Sessions, tick: Callable[[], None]) -> None:
        board = fresh_board()
        opened, _ = sessions.open(board, "cup", DUEL)
        tick()
        closed = sessions.close(board, "cup")
        assert closed is not None
        assert closed.session.closed_at is not None
        assert closed.session.closed_at > opened.session.opened_at
        assert not closed.is_open
        tick()
        assert sessions.close(board, "cup") == sessions.session(board, "cup") == closed

    def test_a_session_with_minutes_knows_when_it_closes_and_may_close_earlier(
        self, sessions: Sessions, tick: Callable[[], None]
    ) -> None:
        board = fresh_board()
        opened, _ = sessions.open(board, "sprint", BRIEF)
        assert opened.session.closed_at == opened.session.opened_at + timedelta(minutes=5)
        assert opened.is_open
        tick()
        closed = sessions.close(board, "sprint")
        assert closed is not None
        assert closed.session.closed_at is not None
        assert closed.session.closed_at < opened.session.closed_at
        assert not closed.is_open

    def test_the_current_session_is_the_newest_that_is_open(self, sessions: Sessions, tick: Callable[[], None]) -> None:
        board = fresh_board()
        assert sessions.current(board) is None
        for name in ("b", "c", "a"):
            sessions.open(board, name, DUEL)
            tick()
        assert names(sessions.list(board, None, 9)) == ["a", "c", "b"]
        assert names(sessions.list(board, "a", 1)) == ["c"]
        assert not sessions.list(board, "b", 9)
        assert not sessions.list(board, "nobody", 9)
        sessions.close(board, "a")
        tick()
        current = sessions.current(board)
        assert current is not None
        assert names([current]) == ["c"]

    def test_a_look_says_who_is_in_time(self, sessions: Sessions, tick: Callable[[], None]) -> None:
        board = fresh_board()
        sessions.open(board, "open", DUEL)
        sessions.open(board, "over", DUEL)
        closed = sessions.close(board, "over")
        assert closed is not None
        assert closed.session.closed_at is not None
        tick()
        seen = sessions.see([(board, "open"), (board, "over"), (board, "unknown"), ("other", "open")])
        assert seen.admission((board, "open"), seen.as_of) is Admission.ADMITTED
        assert seen.admission((board, "open"), seen.as_of + SECOND) is Admission.AHEAD
        assert seen.admission((board, "over"), closed.session.closed_at) is Admission.ADMITTED
        assert seen.admission((board, "over"), closed.session.closed_at + SECOND) is Admission.CLOSED
        assert seen.opened_at[board, "over"] <= closed.session.closed_at
        assert seen.admission((board, "unknown"), seen.as_of) is None
        assert seen.admission(("other", "open"), seen.as_of) is None

    def test_what_was_unknown_at_a_look_opens_later_than_that(
        self, sessions: Sessions, tick: Callable[[], None]
    ) -> None:
        board = fresh_board()
        tick()
        seen = sessions.see([(board, "cup")])
        tick()
        opened, _ = sessions.open(board, "cup", DUEL)
        assert seen.as_of < opened.session.opened_at
        assert sessions.see([(board, "cup")]).opened_at == {(board, "cup"): opened.session.opened_at}
        assert sessions.see([]).opened_at == {}


class SeatsSuite:
    """Give it ``sessions``, and ``tick``: let a moment pass on their clock."""

    def test_nobody_is_seated_beyond_the_capacity_and_a_repeat_keeps_the_seat(self, sessions: Sessions) -> None:
        board = fresh_board()
        sessions.open(board, "cup", DUEL)
        first = sessions.allocate(board, "cup", "zoë", LATER)
        assert first == Allocation(Seating.SEATED, Seat(player="zoë", seated_at=LATER))
        assert sessions.allocate(board, "cup", "ann", LATER).seating is Seating.SEATED
        assert sessions.allocate(board, "cup", "bob", LATER) == Allocation(Seating.NO_SEATS)
        again = sessions.allocate(board, "cup", "zoë", LATER + SECOND)
        assert again == Allocation(Seating.ALREADY_SEATED, first.seat)
        assert [seat.player for seat in sessions.seats(board, "cup", None, 9)] == ["ann", "zoë"]
        assert [seat.player for seat in sessions.seats(board, "cup", "ann", 9)] == ["zoë"]
        kept = sessions.session(board, "cup")
        assert kept is not None
        assert kept.seats_taken == 2

    def test_a_seat_that_is_freed_can_be_taken(self, sessions: Sessions) -> None:
        board = fresh_board()
        sessions.open(board, "cup", SessionRules(capacity=1))
        sessions.allocate(board, "cup", "ann", LATER)
        assert sessions.free(board, "cup", "ann", LATER)
        assert not sessions.free(board, "cup", "ann", LATER)
        assert not sessions.free(board, "unknown", "ann", LATER)
        assert sessions.allocate(board, "cup", "bob", LATER).seating is Seating.SEATED
        assert sessions.allocate(board, "cup", "ann", LATER).seating is Seating.NO_SEATS

    def test_a_single_trial_is_one_also_after_the_seat_is_free(self, sessions: Sessions) -> None:
        board = fresh_board()
        sessions.open(board, "final", ONCE)
        sessions.allocate(board, "final", "ann", LATER)
        assert sessions.allocate(board, "final", "ann", LATER).seating is Seating.ALREADY_SEATED
        sessions.free(board, "final", "ann", LATER)
        assert sessions.allocate(board, "final", "ann", LATER) == Allocation(Seating.CANNOT_PLAY)

    def test_a_closed_session_seats_nobody_and_forgets_nobody(self, sessions: Sessions) -> None:
        board = fresh_board()
        assert sessions.allocate(board, "cup", "ann", LATER) == Allocation(Seating.UNKNOWN_SESSION)
        sessions.open(board, "cup", DUEL)
        sessions.allocate(board, "cup", "ann", LATER)
        sessions.close(board, "cup")
        assert sessions.allocate(board, "cup", "bob", LATER) == Allocation(Seating.SESSION_CLOSED)
        assert sessions.allocate(board, "cup", "ann", LATER).seating is Seating.ALREADY_SEATED

    def test_the_end_of_a_play_frees_its_seat_and_no_later_one(self, sessions: Sessions) -> None:
        board = fresh_board()
        sessions.open(board, "cup", DUEL)
        sessions.allocate(board, "cup", "ann", LATER)
        early = Ending(board=board, session="cup", player="ann", at=LATER - SECOND)
        ending = Ending(board=board, session="cup", player="ann", at=LATER + SECOND)
        assert sessions.end([early]) == 0
        stranger = Ending(board=board, session="cup", player="bob", at=LATER + SECOND)
        assert sessions.end([early, ending, stranger, ending]) == 1
        assert not sessions.seats(board, "cup", None, 9)
        behind = sessions.allocate(board, "cup", "ann", LATER)
        assert behind.seat is not None
        assert behind.seat.seated_at > ending.at, "also where the clock of the new seat is behind"
        assert sessions.end([early, ending]) == 0
        assert [seat.player for seat in sessions.seats(board, "cup", None, 9)] == ["ann"]
