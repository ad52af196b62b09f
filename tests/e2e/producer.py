"""Another producer of facts, written from the published wire form alone: it puts them onto the queues itself."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import boto3
from uuid_utils import uuid7

from ledgerboard_dev.stack import Stack
from tests.e2e.checks import wait_until
from tests.e2e.games import Game

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

FACTS_AN_ENVELOPE: Final = 30
QUEUES: Final = ("rank", "history")

Envelope = dict[str, Any]


def envelopes_of(board: str, games: Sequence[Game]) -> Iterator[Envelope]:
    """The games as facts of version 1 of ``board``."""
    for at in range(0, len(games), FACTS_AN_ENVELOPE):
        yield {
            "envelope_id": str(uuid4()),
            "correlation_id": "games",
            "board": board,
            "board_version": 1,
            "facts": [_fact(game) for game in games[at : at + FACTS_AN_ENVELOPE]],
        }


def _fact(game: Game) -> dict[str, Any]:
    when = game.when.isoformat().replace("+00:00", "Z")
    return {
        "event_id": game.event_id, "player": game.player, "score": game.score, "occurred_at": when, "level": game.level,
    }  # fmt: skip


class Producer:
    """Delivers facts to both of their queues."""

    def __init__(self, stack: Stack) -> None:
        self._sqs: SQSClient = boto3.client("sqs", endpoint_url=stack.sqs.url, region_name="us-east-1")
        self._urls = [
            self._sqs.get_queue_url(QueueName=f"ledgerboard-{stack.stage}-{queue}")["QueueUrl"] for queue in QUEUES
        ]

    @staticmethod
    def numbered(games: Sequence[Game]) -> list[Game]:
        """The games with event ids of their own."""
        return [replace(game, event_id=str(uuid7())) for game in games]

    def deliver(self, envelopes: Sequence[Envelope]) -> None:
        """Put each envelope onto both queues, two of them in every message, and wait until the workers are done."""
        for url in self._urls:
            for at in range(0, len(envelopes), 2):
                body = {"type": "ledgerboard.facts", "version": 1, "envelopes": envelopes[at : at + 2]}
                self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
        wait_until(lambda: not any(map(self._depth, self._urls)), 60, "both queues are empty")

    def _depth(self, url: str) -> int:
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])
