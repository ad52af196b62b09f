"""Wait until nothing moves any more: no message waits or is in hand, and no board is being rebuilt.

Dead letters are what an operator would send again once the trouble is over, so that is done here, as it is done there.
"""

import time
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.chaos.client import UnansweredError
from benchmarks.chaos.world import World
from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import sqs_client

_READY_SECONDS: Final = 120.0
_LOOKS: Final = 5
_LOOK_SECONDS: Final = 0.6
_LETTERS: Final = 100
_QUEUES: Final = (SUBMISSIONS, RANK, HISTORY)
_DEPTHS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_UNFINISHED: Final = "SELECT count(*) FROM generations WHERE state IN ('requested', 'opening', 'building')"


class NotQuietError(Exception):
    """Something still moves, or does not come up. The message says what."""


class Quiet:
    """Waits for quiet. ``replayed`` counts the dead letters that were sent again."""

    def __init__(self, world: World, seconds: float) -> None:
        self._world = world
        self._seconds = seconds
        self._sqs = sqs_client(AwsSettings(sqs_endpoint_url=world.stack.sqs.url))
        self._urls = {
            queue.name: self._sqs.get_queue_url(QueueName=queue.full_name(world.stack.stage))["QueueUrl"]
            for queue in _QUEUES
        }
        self.replayed = 0

    def settle(self) -> float:
        """Returns how many seconds it took. Raises `NotQuietError`."""
        began = time.monotonic()
        self._await_services()
        self.settle_messages()
        return time.monotonic() - began

    def settle_messages(self) -> None:
        """The same, whether all services are up or not."""
        began, calm = time.monotonic(), 0
        while calm < _LOOKS:
            if time.monotonic() - began > self._seconds:
                raise NotQuietError(f"not quiet after {self._seconds:.0f} s: {self._moving()}")
            calm = calm + 1 if not self._moving() else 0
            if calm == _LOOKS and (again := self._replay()):
                self.replayed, calm = self.replayed + again, 0
            time.sleep(_LOOK_SECONDS)

    def _await_services(self) -> None:
        """Those that gave up in the last trouble are being started again, as any platform would start them."""
        deadline = time.monotonic() + _READY_SECONDS
        waiting = list(self._world.stack.services.values())
        while waiting := [service for service in waiting if not service.ready]:
            if time.monotonic() > deadline:
                raise NotQuietError(f"not ready after {_READY_SECONDS:.0f} s: {[each.name for each in waiting]}")
            time.sleep(_LOOK_SECONDS)

    def _moving(self) -> dict[str, int]:
        """What still moves, by what it is: messages by queue, and rebuilds."""
        found = {name: self._depth(url) for name, url in self._urls.items()}
        with suppress(psycopg.Error), psycopg.connect(self._world.stack.database_url, connect_timeout=3) as connection:
            row = connection.execute(_UNFINISHED).fetchone()
            found["rebuilds"] = row[0] if row else 0
        found.setdefault("rebuilds", -1)
        return {name: count for name, count in found.items() if count}

    def _depth(self, url: str) -> int:
        try:
            answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        except (BotoCoreError, ClientError):
            return -1
        return sum(int(answer["Attributes"].get(name, 0)) for name in _DEPTHS)

    def _replay(self) -> int:
        """Send every dead letter to its queue again by the way that operators have. Returns how many."""
        return sum(self._replay_queue(queue.name) for queue in _QUEUES)

    def _replay_queue(self, queue: str) -> int:
        client = self._world.clients[0]
        try:
            listed = client.get(f"/v1/dead-letters?{urlencode({'queue': queue, 'limit': _LETTERS})}")
            ids = [letter["message_id"] for letter in listed.body.get("letters", [])]
            if listed.status != HTTPStatus.OK or not ids:
                return 0
            answer = client.ask("POST", f"/v1/dead-letters/{queue}/replay", {"message_ids": ids})
        except UnansweredError:
            client.close()
            return 0
        return len(answer.body.get("done", []))
