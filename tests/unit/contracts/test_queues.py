"""Queues are named by stage, so that two stages of one account never meet."""

import re

from ledgerboard_contracts.queues import ALL_QUEUES


def names(stage: str) -> set[str]:
    return {name for spec in ALL_QUEUES for name in (spec.full_name(stage), spec.dead_letter_name(stage))}


def test_every_queue_and_dead_letter_queue_has_a_name_of_its_own() -> None:
    assert len(names("dev")) == 2 * len(ALL_QUEUES)


def test_two_stages_share_no_queue() -> None:
    assert not names("dev") & names("prod")


def test_sqs_takes_every_name() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name) for name in names("FEAT-ABP-1734"))


def test_dead_letters_outlive_their_queue_and_a_message_is_tried_more_than_once() -> None:
    assert all(spec.dead_letter_retention_seconds > spec.retention_seconds for spec in ALL_QUEUES)
    assert all(spec.max_receives == 5 for spec in ALL_QUEUES)
