"""Queues are made with everything their consumers rely on, and making them again changes nothing but attributes."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.sqs import OutgoingMessage, QueueSender, provision, queue_limits, resolve_queue_url
from ledgerboard_testkit.queues import queue_shape

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def _attributes(client: "SQSClient", name: str) -> dict[str, str]:
    url = resolve_queue_url(client, name)
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return {str(key): value for key, value in answer["Attributes"].items()}


def test_a_queue_gets_its_times_and_its_dead_letter_queue(client: "SQSClient") -> None:
    shape = queue_shape(f"test-{uuid4().hex}", visibility_timeout_seconds=42, max_receives=5)
    provision(client, [shape])
    made, dead = _attributes(client, shape.name), _attributes(client, shape.dead_letter_name)
    assert made["VisibilityTimeout"] == "42"
    assert made["MessageRetentionPeriod"] == "3600"
    assert dead["MessageRetentionPeriod"] == "7200"
    redrive = json.loads(made["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == dead["QueueArn"]
    assert int(redrive["maxReceiveCount"]) == 5


def test_provisioning_again_updates_attributes_and_keeps_messages(client: "SQSClient") -> None:
    shape = queue_shape(f"test-{uuid4().hex}", visibility_timeout_seconds=30, max_receives=3)
    provision(client, [shape])
    url = resolve_queue_url(client, shape.name)
    QueueSender(client, url).send_one(OutgoingMessage("kept"))
    provision(client, [shape])
    provision(client, [replace(shape, visibility_timeout_seconds=60, max_receives=4)])
    limits = queue_limits(client, url)
    assert (limits.visibility_timeout_seconds, limits.max_receives) == (60, 4)
    assert [each["Body"] for each in client.receive_message(QueueUrl=url)["Messages"]] == ["kept"]


def test_a_queue_that_does_not_exist_is_unavailable(client: "SQSClient") -> None:
    with pytest.raises(UnavailableError, match="SQS"):
        resolve_queue_url(client, "never-made")
