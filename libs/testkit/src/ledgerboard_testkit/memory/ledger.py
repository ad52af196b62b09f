"""The ledger in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from ledgerboard_contracts import Fact, FactEnvelope, InvalidEventIdError, Order, Rejection, event_time
from ledgerboard_ledger import (
    ALWAYS,
    Accepted,
    AppendResult,
    BoardStatistics,
    Play,
    Recorded,
    Rejected,
    UnstorableError,
)
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryLedger(Dependency):
    """The record of plays and rejections. Each event is recorded, in the moment in which it occurred, once."""

    def __init__(self) -> None:
        super().__init__()
        self._plays: dict[UUID, Play] = {}
        self._rejections: dict[UUID, Rejected] = {}
        self._discounted: set[UUID] = set()

    def append(
        self,
        envelopes: Sequence[FactEnvelope],
        rejections: Sequence[Rejection],
        *,
        correlation_ids: Iterable[str] = (),  # noqa: ARG002 -- no statement carries them here.
    ) -> AppendResult:
        """Add all of it or nothing; what is there already is counted and left alone."""
        self.answer()
        plays = [_play(envelope, fact) for envelope in envelopes for fact in envelope.facts]
        for play in plays:
            _check_storable(play.event_id, play.player, play.level, play.attributes)
        for each in rejections:
            _check_storable(each.event_id, each.player, each.detail)
        before = len(self._plays), len(self._rejections)
        for play in plays:
            self._plays.setdefault(play.event_id, play)
        for each in rejections:
            self._rejections.setdefault(each.event_id, Rejected(rejection=each, recorded_at=each.occurred_at))
        recorded, rejected = len(self._plays) - before[0], len(self._rejections) - before[1]
        repeated = len(plays) + len(rejections) - recorded - rejected
        return AppendResult(recorded=recorded, rejected=rejected, repeated=repeated)

    def add(self, board: str, fact: Fact) -> None:
        """Record one fact."""
        envelope = FactEnvelope(envelope_id=uuid4(), correlation_id="test", board=board, board_version=1, facts=(fact,))
        self.append([envelope], [])

    def reject(self, rejected: Rejected) -> None:
        """Record one rejection, in the moment that it names."""
        self._rejections.setdefault(rejected.rejection.event_id, rejected)

    def discount(self, event_id: UUID) -> None:
        """Let a play count no more."""
        self._discounted.add(event_id)

    def plays(
        self,
        player: str,
        board: str | None,
        before: UUID | None,
        limit: int,
        *,
        level: str | None = None,
        accepted: Accepted = ALWAYS,
    ) -> Sequence[Play]:
        """A page of a player's plays, newest first."""
        self.answer()
        found = [each for each in self._plays.values() if each.player == player and board in {None, each.board}]
        found = [each for each in found if level in {None, each.level} and _is_within(accepted, each.event_id)]
        found = sorted(found, key=lambda each: each.event_id, reverse=True)
        return [each for each in found if before is None or each.event_id < before][:limit]

    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]:
        """A page of a player's plays that count, best first."""
        self.answer()
        sign = -1 if order is Order.DESC else 1
        found = [each for each in self._counting(board) if each.player == player]
        found.sort(key=lambda each: (sign * each.score, each.event_id))
        last = None if after is None else (sign * after[0], after[1])
        return [each for each in found if last is None or (sign * each.score, each.event_id) > last][:limit]

    def statistics(self, board: str) -> BoardStatistics:
        """What counts on a board."""
        self.answer()
        found = self._counting(board)
        times = [each.occurred_at for each in found]
        return BoardStatistics(
            players=len({each.player for each in found}),
            plays=len(found),
            first_play_at=min(times, default=None),
            last_play_at=max(times, default=None),
            rejections=len([each for each in self._rejections.values() if each.rejection.board == board]),
        )

    def _counting(self, board: str) -> list[Play]:
        return [each for each in self._plays.values() if each.board == board and each.event_id not in self._discounted]

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What became of an event."""
        self.answer()
        play = self._plays.get(event_id)
        return Recorded(play=play) if play else self._rejections.get(event_id)


def _play(envelope: FactEnvelope, fact: Fact) -> Play:
    return Play(
        event_id=fact.event_id,
        board=envelope.board,
        board_version=envelope.board_version,
        player=fact.player,
        score=fact.score,
        level=fact.level,
        attributes=fact.attributes,
        occurred_at=fact.occurred_at,
        recorded_at=fact.occurred_at,
        session=fact.session,
    )


def _is_within(accepted: Accepted, event_id: UUID) -> bool:
    """Ids tell the millisecond, so a bound within one is that millisecond."""
    at = event_time(event_id)
    since, until = (None if each is None else _millisecond(each) for each in (accepted.since, accepted.until))
    return (since is None or since <= at) and (until is None or at < until)


def _millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _check_storable(event_id: UUID, *values: Any) -> None:
    """PostgreSQL keeps no NUL in text, and a partition only for a month that the event id tells."""
    try:
        event_time(event_id)
    except InvalidEventIdError as error:
        raise UnstorableError(str(error)) from error
    if any("\x00" in text for text in _texts([*values])):
        raise UnstorableError("text holds a NUL")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []
