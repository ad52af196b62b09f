"""Wait until nothing moves any more: no message waits or is in hand, and no board is being rebuilt.

Dead letters are what an operator would send again once the trouble is over, so that is done here, as it is done there.
"""

import time
from typing import Final

import psycopg

from ledgerboard_contracts.queues import HISTORY, RANK, SUBMISSIONS
from ledgerboard_dev.season.depths import Depths
from ledgerboard_dev.stack import Stack
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_infra.sqs import sqs_client

_LOOKS: Final = 4
_LOOK_SECONDS: Final = 0.5
_UNFINISHED: Final = "SELECT count(*) FROM generations WHERE state IN ('requested', 'opening', 'building')"


def settle(stack: Stack, seconds: float) -> tuple[float, int]:
    """Wait for quiet. Returns how many seconds that took, and how many dead letters were sent again."""
    started, replayed, calm = time.monotonic(), 0, 0
    depths = Depths(stack.sqs.url, stack.stage)
    while calm < _LOOKS:
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"not quiet after {seconds:.0f} s: {depths.read()}, {_unfinished(stack)} rebuilds")
        is_calm = depths.read() == {queue.name: 0 for queue in (SUBMISSIONS, RANK, HISTORY)} and not _unfinished(stack)
        calm = calm + 1 if is_calm else 0
        if calm == _LOOKS and (again := replay_dead_letters(stack)):
            replayed, calm = replayed + again, 0
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - started, replayed


def replay_dead_letters(stack: Stack) -> int:
    """Send every dead letter to its queue again, and delete it then: a crash in between sends it twice."""
    client, count = sqs_client(AwsSettings(sqs_endpoint_url=stack.sqs.url)), 0
    for queue in (SUBMISSIONS, RANK, HISTORY):
        target = client.get_queue_url(QueueName=queue.full_name(stack.stage))["QueueUrl"]
        source = client.get_queue_url(QueueName=queue.dead_letter_name(stack.stage))["QueueUrl"]
        while letters := client.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages", []):
            for letter in letters:
                client.send_message(QueueUrl=target, MessageBody=letter["Body"])
                client.delete_message(QueueUrl=source, ReceiptHandle=letter["ReceiptHandle"])
                count += 1
    return count


def _unfinished(stack: Stack) -> int:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(_UNFINISHED).fetchone()
    return row[0] if row else 0
