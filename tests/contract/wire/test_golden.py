"""The wire form is a promise to services that are deployed already and to messages that wait in queues.

A golden file is never edited: a change that breaks one breaks them. A new version of a message gets a new file.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Final

import msgspec
import pytest

from ledgerboard_contracts import BoardDefinition, SubmissionEnvelope, envelopes, wire
from tests.contract.wire.messages import MESSAGES, SENT

GOLDEN: Final = Path(__file__).parent / "golden"
SUMS: Final = GOLDEN / "SHA256SUMS"


def decode(name: str, body: bytes) -> object:
    """Read as the services do: by queue, or as the store of definitions does."""
    if name.startswith("board-definition"):
        return msgspec.json.decode(body, type=BoardDefinition)
    if name.startswith("ledgerboard.submissions"):
        envelope, broken = wire.decode_submissions(body)
        assert not broken
        return envelope
    if name.startswith(("ledgerboard.settled", "ledgerboard.restatements", "ledgerboard.recorded")):
        return wire.RANK.decode(body)
    return wire.HISTORY.decode(body)


def rendered(message: object) -> str:
    """What we send, laid out for a reader of the file."""
    return json.dumps(json.loads(wire.encode(message)), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", SENT)
def test_what_we_send_is_the_golden_file(name: str) -> None:
    assert rendered(SENT[name]) == (GOLDEN / f"{name}.json").read_text("utf-8")


@pytest.mark.parametrize("name", MESSAGES)
def test_the_golden_file_is_understood_as_the_same_objects(name: str) -> None:
    assert decode(name, (GOLDEN / f"{name}.json").read_bytes()) == MESSAGES[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_later_release_may_add_fields_anywhere(name: str) -> None:
    assert decode(name, (GOLDEN / f"{name}.later.json").read_bytes()) == MESSAGES[name]


def test_facts_read_the_same_on_the_rank_queue() -> None:
    body = (GOLDEN / "ledgerboard.facts.v1.later.json").read_bytes()
    assert wire.RANK.decode(body) == MESSAGES["ledgerboard.facts.v1"]


def test_a_producer_may_leave_out_what_is_optional() -> None:
    minimal = decode("ledgerboard.submissions.v1", (GOLDEN / "ledgerboard.submissions.v1.minimal.json").read_bytes())
    whole = MESSAGES["ledgerboard.submissions.v1"]
    assert isinstance(minimal, SubmissionEnvelope)
    assert minimal.submissions == whole.submissions[:1]


def test_every_message_type_has_a_golden_file_of_its_version() -> None:
    declared = {
        f"{defaults['type']}.v{defaults['version']}"
        for kind in vars(envelopes).values()
        if is_dataclass(kind) and {"type", "version"} <= (defaults := {f.name: f.default for f in fields(kind)}).keys()
    }
    assert declared == {name.rpartition(".v")[0] + ".v1" for name in SENT if name.startswith("ledgerboard.")}


def test_no_golden_file_was_edited_or_dropped() -> None:
    recorded = {name: digest for digest, name in map(str.split, SUMS.read_text("utf-8").splitlines())}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in GOLDEN.glob("*.json")}
    assert found == recorded, "golden files are only ever added; put the sum of a new one into SHA256SUMS"
