"""Sessions and seats in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerboard_contracts import GameType, SeenSessions, Session, SessionRules
from ledgerboard_contracts.sessions import SessionKey
from ledgerboard_infra.clock import Clock
from ledgerboard_ledger import Allocation, Ending, KeptSession, Seat, Seating
from ledgerboard_testkit.memory.dependency import Dependency, FixedClock


@dataclass(frozen=True, slots=True)
class MemorySessionRecord:
    """The record of sessions and seats, by who asks what of it."""

    sessions: "MemorySessions"
    seats: "MemorySessions"
    reader: "MemorySessions"


class MemorySessions(Dependency):
    """Sessions, as `PostgresSessions`, `SessionsReader` and `PostgresSeats` keep them together."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = clock or FixedClock()
        self._sessions: dict[SessionKey, Session] = {}
        self._seats: dict[tuple[str, str, str], tuple[Seat, datetime | None]] = {}
        self.looks = 0

    def open(self, board: str, session: str, rules: SessionRules) -> tuple[KeptSession, bool]:
        """The session of that name, and whether this call opened it."""
        self.answer()
        is_new = (board, session) not in self._sessions
        if is_new:
            now = self._clock.now()
            closed_at = None if rules.minutes is None else now + timedelta(minutes=rules.minutes)
            self._sessions[board, session] = Session(
                board=board, session=session, rules=rules, opened_at=now, closed_at=closed_at
            )
        return self._kept(self._sessions[board, session]), is_new

    def close(self, board: str, session: str) -> KeptSession | None:
        """Close it, unless it is closed; None where there is none."""
        self.answer()
        known, now = self._sessions.get((board, session)), self._clock.now()
        if known is not None and (known.closed_at is None or known.closed_at > now):
            self._sessions[board, session] = replace(known, closed_at=now)
        return self.session(board, session)

    def see(self, keys: Collection[SessionKey]) -> SeenSessions:
        """One look at all of them."""
        self.answer()
        self.looks += 1
        found = {key: self._sessions[key] for key in keys if key in self._sessions}
        return SeenSessions(
            as_of=self._clock.now(),
            closed_at={key: session.closed_at for key, session in found.items()},
            opened_at={key: session.opened_at for key, session in found.items()},
        )

    def session(self, board: str, session: str) -> KeptSession | None:
        """One of them, or None."""
        self.answer()
        known = self._sessions.get((board, session))
        return None if known is None else self._kept(known)

    def current(self, board: str) -> KeptSession | None:
        """The one that was opened last of those that are open, or None."""
        return next((each for each in self._newest_first(board) if each.is_open), None)

    def list(self, board: str, after: str | None, limit: int) -> Sequence[KeptSession]:
        """The newest first, from the first one behind ``after``."""
        self.answer()
        found = self._newest_first(board)
        names = [each.session.session for each in found]
        start = 0 if after is None else names.index(after) + 1 if after in names else len(found)
        return found[start : start + limit]

    def allocate(self, board: str, session: str, player: str, at: datetime) -> Allocation:
        """Seat the player."""
        kept = self.session(board, session)
        if kept is None:
            return Allocation(Seating.UNKNOWN_SESSION)
        seat, freed_at = self._seats.get((board, session, player), (None, None))
        if seat is not None and freed_at is None:
            return Allocation(Seating.ALREADY_SEATED, seat)
        if not kept.is_open:
            return Allocation(Seating.SESSION_CLOSED)
        if seat is not None and kept.session.rules.game_type is GameType.SINGLE_TRIAL:
            return Allocation(Seating.CANNOT_PLAY)
        if kept.seats_taken >= kept.session.rules.capacity:
            return Allocation(Seating.NO_SEATS)
        earliest = at if freed_at is None else max(at, freed_at + timedelta(microseconds=1))
        taken = Seat(player=player, seated_at=earliest)
        self._seats[board, session, player] = taken, None
        return Allocation(Seating.SEATED, taken)

    def free(self, board: str, session: str, player: str, at: datetime) -> bool:
        """Free the player's seat. Returns whether they had one."""
        self.answer()
        seat, freed_at = self._seats.get((board, session, player), (None, None))
        if seat is None or freed_at is not None:
            return False
        self._seats[board, session, player] = seat, max(at, seat.seated_at)
        return True

    def end(self, endings: Sequence[Ending]) -> int:
        """Free the seats in which these were played, and return how many that were."""
        self.answer()
        freed = 0
        for each in sorted(endings, key=lambda ending: ending.at, reverse=True):
            seat, freed_at = self._seats.get((each.board, each.session, each.player), (None, None))
            if seat is not None and freed_at is None and seat.seated_at <= each.at:
                freed += self.free(each.board, each.session, each.player, each.at)
        return freed

    def seats(self, board: str, session: str, after: str | None, limit: int) -> Sequence[Seat]:
        """Seats that are taken, by player."""
        self.answer()
        found = [
            seat
            for (its_board, its_session, player), (seat, freed_at) in sorted(self._seats.items())
            if (its_board, its_session) == (board, session) and freed_at is None and player > (after or "")
        ]
        return found[:limit]

    def _newest_first(self, board: str) -> Sequence[KeptSession]:
        self.answer()
        found = [each for each in self._sessions.values() if each.board == board]
        found.sort(key=lambda each: (each.opened_at, each.session), reverse=True)
        return [self._kept(each) for each in found]

    def _kept(self, session: Session) -> KeptSession:
        taken = len(self.seats(session.board, session.session, None, session.rules.capacity))
        now = self._clock.now()
        is_open = session.closed_at is None or session.closed_at > now
        return KeptSession(session=session, is_open=is_open, seats_taken=taken)
