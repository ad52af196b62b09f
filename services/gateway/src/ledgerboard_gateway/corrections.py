"""Accept corrections: stamp each once, by the ledger's clock, and put it on the queue of submissions.

A correction takes the road of the scores that it corrects, so it waits and is repeated as they are. Asking twice makes
two corrections of the same effect as one; under a key, one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from ledgerboard_contracts import (
    BoardDefinition,
    Correction,
    CorrectionKind,
    CorrectionsMessage,
    check_correction,
    wire,
)
from ledgerboard_gateway.idempotency import Claim
from ledgerboard_gateway.views import UnknownBoardError
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage
from ledgerboard_ledger import Recorded, Rejected


class UnknownEventError(Exception):
    """The ledger holds no play of that id. The message is fit for the operator."""


class UnacknowledgedCorrectionError(Exception):
    """The queue did not acknowledge the correction: it may be carried out or not."""

    def __init__(self, correction_id: UUID) -> None:
        super().__init__(f"correction {correction_id} was not acknowledged")
        self.correction_id = correction_id


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of a correction, and who asked for it. One that names itself by a key brings its claim."""

    reason: str
    author: str
    claim: Claim | None = None

    def stamp(
        self, moment: Callable[[], datetime], new_correction_id: Callable[[datetime], UUID]
    ) -> tuple[datetime, UUID]:
        """The moment and the id of the correction: those that its key has, or new ones of ``moment``."""
        if self.claim is not None:
            stamps = self.claim.corrected(moment)
            return stamps.moment(0), stamps.correction_id()
        now = moment()
        return now, new_correction_id(now)


class Moments(Protocol):
    """The ledger's clock. Raises `UnavailableError` when it is down."""

    def following(self, *, player: str | None = None, board: str | None = None) -> datetime:
        """Now, and after every recorded correction of the player, every clearance and definition of the board."""
        ...


class Ledger(Protocol):
    """The record of events. Raises `UnavailableError` when it is down."""

    def event(self, event_id: UUID) -> Recorded | Rejected | None:
        """What the ledger knows of an event."""
        ...


class Definitions(Protocol):
    """The record of boards. Raises `UnavailableError` when it is down."""

    def current(self, board: str) -> BoardDefinition | None:
        """The current definition, or None where there is no such board."""
        ...


class Queue(Protocol):
    """The queue of submissions."""

    def send_one(self, message: OutgoingMessage) -> None:
        """Return once the message is stored, or raise `UnavailableError`."""
        ...


class Accounts(Protocol):
    """The players' accounts. Raises `UnavailableError` when their provider is down."""

    def delete(self, username: str) -> None:
        """Let nobody have that name any more. Safe to repeat, and for players who never registered."""
        ...


class Corrections:
    """The way of corrections onto the queue. What a method returns is stored by the queue.

    ``accounts`` is None where nobody registers here.
    Every method raises `UnavailableError` before anything was sent, `UnacknowledgedCorrectionError` after that.
    """

    def __init__(
        self,
        ledger: Ledger,
        definitions: Definitions,
        accounts: Accounts | None,
        queue: Queue,
        moments: Moments,
        new_correction_id: Callable[[datetime], UUID],
    ) -> None:
        self._ledger = ledger
        self._definitions = definitions
        self._accounts = accounts
        self._queue = queue
        self._moments = moments
        self._new_correction_id = new_correction_id

    def void(self, event_id: UUID, why: Why, correlation_id: str) -> Correction:
        """Let one event no longer count. Raises `UnknownEventError` unless the ledger holds it as a play."""
        match self._ledger.event(event_id):
            case Recorded(play=play):
                return self._send(
                    self._stamp(CorrectionKind.VOID, why, board=play.board, player=play.player, event_id=event_id),
                    correlation_id,
                )
            case Rejected():
                raise UnknownEventError("The event was rejected, so nothing of it counts.")
            case None:
                raise UnknownEventError("The ledger does not know this event, or not yet.")

    def of_player(
        self, kind: CorrectionKind, player: str, board: str | None, why: Why, correlation_id: str
    ) -> Correction:
        """Ban, unban or erase a player; a ban may be of one board. The player need not have played yet.

        An erasure begins with the player's account: where that fails nothing was sent, and who asks again asks for
        both. Nobody gets the name before the plays are anonymous, since the name of somebody who played is taken.
        """
        if board is not None:
            self._check_known(board)
        if kind is CorrectionKind.ERASE and self._accounts is not None:
            self._moments.following(player=player)  # Raises before the account is gone.
            self._accounts.delete(player)
        return self._send(self._stamp(kind, why, player=player, board=board), correlation_id)

    def of_board(self, kind: CorrectionKind, board: str, why: Why, correlation_id: str) -> Correction:
        """Reset or delete a board. Raises `UnknownBoardError` where there is none."""
        self._check_known(board)
        return self._send(self._stamp(kind, why, board=board), correlation_id)

    def _check_known(self, board: str) -> None:
        if self._definitions.current(board) is None:
            raise UnknownBoardError(board)

    def _stamp(
        self,
        kind: CorrectionKind,
        why: Why,
        *,
        board: str | None = None,
        player: str | None = None,
        event_id: UUID | None = None,
    ) -> Correction:
        named = {"board": board} if player is None else {"player": player}
        now, correction_id = why.stamp(partial(self._moments.following, **named), self._new_correction_id)
        correction = Correction(
            correction_id=correction_id,
            kind=kind,
            occurred_at=now,
            reason=why.reason,
            author=why.author,
            board=board,
            player=player,
            event_id=event_id,
        )
        return check_correction(correction)

    def _send(self, correction: Correction, correlation_id: str) -> Correction:
        return send(self._queue, correction, correlation_id)


def send(queue: Queue, correction: Correction, correlation_id: str) -> Correction:
    """Return once the queue stores the correction, or raise `UnacknowledgedCorrectionError`."""
    message = CorrectionsMessage(corrections=(correction,), correlation_id=correlation_id)
    try:
        queue.send_one(OutgoingMessage(wire.encode(message), {"correlation_id": correlation_id}))
    except UnavailableError as error:
        raise UnacknowledgedCorrectionError(correction.correction_id) from error
    return correction
