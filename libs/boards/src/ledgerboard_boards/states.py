"""What is true of a board as a whole: its generations, and whose standings were drawn from the ledger anew.

A state changes by compare-and-set on its version alone, and every fold names the version that it was packed for. So
nobody writes by a state that is no longer true. A version never comes back, not even after Redis lost its data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from ledgerboard_boards.codec import EPOCH
from ledgerboard_boards.keys import Keyspace
from ledgerboard_boards.library import FunctionLibrary, Guard, Unguarded
from ledgerboard_infra.valkey import RedisClient, redis_errors

_FIELDS: Final = ("version", "live", "generations")
_LIVE_FIELDS: Final = ("live", "live_version")


@dataclass(frozen=True, slots=True)
class Horizon:
    """From where on one player's facts count as they come; what was recorded before is in what a correction drew.

    ``snapshot`` is what the ledger held when the standing was drawn, as PostgreSQL writes a snapshot. A fact that was
    accepted after ``until`` cannot be among it. ``hidden``: the player is banned now, and no fact counts. The standing
    was not replaced before ``drawn_at``, by the clock of Redis; None: nobody knows.
    """

    correction_id: UUID
    snapshot: str
    until: datetime
    hidden: bool
    drawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GenerationState:
    """One generation, the board version whose options it is folded by, and what it was drawn from.

    One that has been live since the board's first fact was drawn from nothing: no ``snapshot``, no ``until``.
    """

    number: int
    board_version: int
    snapshot: str | None = None
    until: datetime | None = None
    restated: Mapping[str, Horizon] = field(default_factory=dict[str, Horizon])


@dataclass(frozen=True, slots=True)
class BoardState:
    """A board's generations: the live one and, while one is being built, the next. ``live`` is None after a loss."""

    version: int
    live: int | None
    generations: tuple[GenerationState, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """The generation that is read, and the board version whose options say how."""

    generation: int
    board_version: int


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(tuple[GenerationState, ...]).decode


def encode_generations(generations: Sequence[GenerationState]) -> bytes:
    """The generations as a state keeps them."""
    return _encode(generations)


def encode_deadline(not_after: datetime | None) -> bytes:
    """Up to when a state may be changed, as the functions read it: microseconds since 1970, nothing for ever."""
    return b"" if not_after is None else b"%d" % ((not_after - EPOCH) // timedelta(microseconds=1))


class BoardStates:
    """The states of a stage's boards. Raises `UnavailableError` where Redis is down or cannot serve now."""

    def __init__(self, client: RedisClient, stage: str, guard: Guard | None = None) -> None:
        self._client = client
        self._keyspace = Keyspace(stage)
        self._guard = guard or Unguarded()
        self._library = FunctionLibrary(client, self._guard)

    def get(self, board: str) -> BoardState | None:
        """The state of ``board``, or None: it was never folded, or Redis has lost it."""
        return self.get_many([board]).get(board)

    def get_many(self, boards: Sequence[str]) -> Mapping[str, BoardState]:
        """The states of those of ``boards`` that have one, in one round trip; each of them is of one moment."""
        replies = self._guard.call(lambda: self._fields_of(boards))
        return {board: _state(reply) for board, reply in zip(boards, replies, strict=True) if reply[0] is not None}

    def lives(self, board: str) -> Live | None:
        """What is to be read of ``board``, or None where it has no live generation."""
        generation, board_version = self._guard.call(lambda: self._live_fields_of(board))
        return None if generation is None else Live(int(generation), int(board_version))

    def clock(self, board: str) -> datetime:
        """What the clock of the board's server says."""
        seconds, microseconds = self._library.read("clock", [self._keyspace.state(board)])
        return EPOCH + timedelta(seconds=int(seconds), microseconds=int(microseconds))

    def create(
        self,
        board: str,
        generations: Sequence[GenerationState],
        live: int | None,
        *,
        not_after: datetime | None = None,
    ) -> bool:
        """Give ``board`` its first state, or False: it has one, or it is after ``not_after`` by the server's clock.

        ``live`` is the number of one of ``generations``.
        """
        arguments = self._arguments(board, generations, live, not_after)
        return bool(self._library.write("create_state", [self._keyspace.state(board)], *arguments))

    def replace(
        self,
        board: str,
        expected_version: int,
        *,
        live: int | None,
        generations: Sequence[GenerationState],
        not_after: datetime | None = None,
    ) -> bool:
        """Make this the state of ``board``, or False: it is no longer of ``expected_version``, or it is too late.

        Where another generation goes live, all who keep what they read are told.
        """
        arguments = self._arguments(board, generations, live, not_after)
        return bool(
            self._library.write("replace_state", [self._keyspace.state(board)], *arguments, b"%d" % expected_version)
        )

    def _arguments(
        self, board: str, generations: Sequence[GenerationState], live: int | None, not_after: datetime | None
    ) -> tuple[bytes, bytes, bytes, bytes, bytes]:
        versions = {each.number: each.board_version for each in generations}
        if live is not None and live not in versions:
            raise ValueError(f"generation {live} of {board} cannot be live: it is none of {sorted(versions)}")
        lives = (b"", b"") if live is None else (b"%d" % live, b"%d" % versions[live])
        return (*lives, encode_generations(generations), self._keyspace.channel, encode_deadline(not_after))

    @redis_errors()
    def _fields_of(self, boards: Sequence[str]) -> Sequence[Sequence[bytes | None]]:
        with self._client.pipeline(transaction=False) as pipeline:
            for board in boards:
                pipeline.hmget(self._keyspace.state(board).decode(), _FIELDS)
            replies: list[Any] = pipeline.execute()
        return replies

    @redis_errors()
    def _live_fields_of(self, board: str) -> Sequence[Any]:
        fields: Any = self._client.hmget(self._keyspace.state(board).decode(), _LIVE_FIELDS)
        return list(fields)


def _state(fields: Sequence[bytes | None]) -> BoardState:
    version, live, generations = fields
    return BoardState(int(version or 0), None if live is None else int(live), _decode(generations or b"[]"))
