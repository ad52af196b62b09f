"""Look at dead letters, send them again, or discard them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Protocol

from flask import Response

from ledgerboard_gateway.dead_letters import Letter, Outcome
from ledgerboard_gateway.http import operator_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.auditing import note_before
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.operator_answers import (
    LetterAnswer,
    LetterItem,
    LettersAnswer,
    NotReplayed,
    ReplayAnswer,
)
from ledgerboard_gateway.http.operator_bodies import LettersBody, decode_letters
from ledgerboard_gateway.http.operator_query import LettersQuery
from ledgerboard_gateway.http.problems import ProblemError, invalid
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import json_body, note
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.stream.messages import Message

EXCERPT: Final = 200
"""Characters of a body that the list shows."""


class DeadLetters(Protocol):
    """The dead letters of every queue. Raises `UnavailableError` when SQS is down."""

    @property
    def queues(self) -> Sequence[str]:
        """The names of the queues."""
        ...

    def depths(self, queue: str | None) -> Mapping[str, int]:
        """About how many letters there are, by queue."""
        ...

    def look(self, queue: str | None, limit: int) -> Sequence[Letter]:
        """Letters of the queues that are meant, oldest first."""
        ...

    def find(self, queue: str, message_id: str) -> Letter | None:
        """One letter, or None."""
        ...

    def replay(self, queue: str, message_ids: Sequence[str]) -> Outcome:
        """Send again, then delete."""
        ...

    def discard(self, queue: str, message_ids: Sequence[str]) -> Outcome:
        """Delete."""
        ...


class DeadLetterRoutes:
    """The routes of dead letters. Looking takes them away from others for a moment, and changes nothing else."""

    def __init__(self, letters: DeadLetters, clock: Clock) -> None:
        self._letters = letters
        self._clock = clock

    def list_letters(self, query: Mapping[str, Any]) -> Response:
        """Tell dead letters, oldest first."""
        found = self._letters.look(query["queue"], query["limit"])
        items = tuple(map(self._item, found))
        return rendering.answer(LettersAnswer(letters=items, depths=dict(self._letters.depths(query["queue"]))))

    def get_letter(self, queue: str, message_id: str) -> Response:
        """Tell the whole of one dead letter."""
        letter = self._letters.find(self._queue(queue), message_id)
        if letter is None:
            raise ProblemError(P.NOT_FOUND, "There is no such dead letter, or others look at it just now.")
        return rendering.answer(LetterAnswer(letter=self._item(letter), body=letter.message.body))

    def replay_letters(self, queue: str) -> Response:
        """Send dead letters to their queue again."""
        return _outcome(self._letters.replay(self._queue(queue), decode_letters(json_body())), "replayed")

    def discard_letters(self, queue: str) -> Response:
        """Delete dead letters for good."""
        return _outcome(self._letters.discard(self._queue(queue), decode_letters(json_body())), "discarded")

    def _queue(self, name: str) -> str:
        if name not in self._letters.queues:
            raise invalid("queue", f"must be one of: {', '.join(self._letters.queues)}")
        return name

    def _item(self, letter: Letter) -> LetterItem:
        message = letter.message
        return LetterItem(
            message_id=message.message_id,
            queue=letter.queue,
            reason=message.attributes.get("reason"),
            sent_at=message.sent_at,
            age_seconds=max(0, int((self._clock.now() - message.sent_at).total_seconds())),
            size_bytes=len(message.body.encode()),
            origin={name: text for name, text in message.attributes.items() if name != "reason"},
            replay=letter.resending.shape.value,
            obstacle=letter.resending.obstacle,
            excerpt=message.body[:EXCERPT],
        )

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        common: dict[str, Any] = {"tag": "dead letters"}
        replay = {200: Answer([ReplayAnswer], e.REPLAYED, "What became of each")}
        return [
            Operation(
                method="GET",
                rule="/v1/dead-letters",
                view=self.list_letters,
                summary="List dead letters",
                description="Oldest first, with the reason of each and whether it can be sent again. Letters that "
                "others look at in this moment are not among them.",
                query=LettersQuery,
                answers={200: Answer([LettersAnswer], e.LETTERS_TOLD, "The letters")},
                problems=[P.UNAVAILABLE],
                **common,
            ),
            Operation(
                method="GET",
                rule="/v1/dead-letters/<queue>/<message_id>",
                view=self.get_letter,
                summary="Read a dead letter",
                description="The whole of it.",
                answers={200: Answer([LetterAnswer], e.LETTER_TOLD, "The letter")},
                problems=[P.NOT_FOUND, P.UNAVAILABLE],
                **common,
            ),
            Operation(
                method="POST",
                rule="/v1/dead-letters/<queue>/replay",
                view=self.replay_letters,
                summary="Replay dead letters",
                description="Sends each to its queue again, and then deletes it. Safe to repeat: consumers forgive "
                "what comes twice.",
                body=Body(LettersBody, e.LETTERS),
                answers=replay,
                problems=[P.UNAVAILABLE],
                **common,
            ),
            Operation(
                method="POST",
                rule="/v1/dead-letters/<queue>/discard",
                view=self.discard_letters,
                summary="Discard dead letters",
                description="Deletes them. What was in them is gone.",
                body=Body(LettersBody, e.LETTERS),
                answers=replay,
                problems=[P.UNAVAILABLE],
                **common,
            ),
        ]


def _letter(message: Message) -> dict[str, object]:
    """What the audit tells of a letter: which it was, and not what stood in it, since that may name players."""
    return {
        "message_id": message.message_id,
        "sent_at": message.sent_at,
        "size_bytes": len(message.body.encode()),
        "sha256": sha256(message.body.encode()).hexdigest(),
    }


def _outcome(outcome: Outcome, verb: str) -> Response:
    note(**{verb: outcome.done})
    note_before([_letter(message) for message in outcome.letters])
    refused = tuple(NotReplayed(message_id, obstacle) for message_id, obstacle in outcome.refused.items())
    return rendering.answer(
        ReplayAnswer(done=tuple(outcome.done), refused=refused, missing=tuple(outcome.missing)), 200
    )
