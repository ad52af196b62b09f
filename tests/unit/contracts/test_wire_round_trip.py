"""Whatever is sent arrives: every contract survives the wire, whatever its texts and numbers hold."""

import json
import re
from dataclasses import fields

from hypothesis import given

from ledgerboard_contracts import (
    FactEnvelope,
    FactsMessage,
    RejectionsMessage,
    SubmissionEnvelope,
    derived_envelope_id,
    wire,
)
from ledgerboard_testkit import strategies

REFUSED_BY_SQS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@given(strategies.submission_envelopes)
def test_submissions_survive_the_wire(envelope: SubmissionEnvelope) -> None:
    assert wire.decode_submissions(wire.encode(envelope)) == (envelope, ())


@given(strategies.facts_messages)
def test_facts_survive_the_wire_on_both_of_their_queues(message: FactsMessage) -> None:
    assert wire.RANK.decode(wire.encode(message)) == message
    assert wire.HISTORY.decode(wire.encode(message)) == message


@given(strategies.rejections_messages)
def test_rejections_survive_the_wire(message: RejectionsMessage) -> None:
    assert wire.HISTORY.decode(wire.encode(message)) == message


def test_the_two_characters_that_xml_lacks_are_escaped_and_arrive() -> None:
    text = wire.encode({"é": "\ufffe\uffff"})
    assert text == r'{"é":"\ufffe\uffff"}'
    assert json.loads(text) == {"é": "\ufffe\uffff"}


@given(strategies.submission_envelopes)
def test_sqs_takes_every_character_of_every_message(envelope: SubmissionEnvelope) -> None:
    assert not REFUSED_BY_SQS.search(wire.encode(envelope))


@given(strategies.facts_messages)
def test_any_json_reader_sees_what_we_wrote(message: FactsMessage) -> None:
    document = json.loads(wire.encode(message))
    assert (document["type"], document["version"]) == ("ledgerboard.facts", 1)
    for sent, seen in zip(message.envelopes, document["envelopes"], strict=True):
        assert [fact.player for fact in sent.facts] == [fact["player"] for fact in seen["facts"]]
        assert [fact.score for fact in sent.facts] == [fact["score"] for fact in seen["facts"]]


@given(strategies.facts_messages)
def test_fields_in_another_order_and_between_spaces_mean_the_same(message: FactsMessage) -> None:
    document = json.loads(wire.encode(message))
    backwards = {name: document[name] for name in reversed(document)}
    assert wire.RANK.decode(json.dumps(backwards, indent=1)) == message


@given(strategies.fact_envelopes)
def test_derived_ids_are_the_same_at_every_redelivery_and_tell_boards_and_versions_apart(each: FactEnvelope) -> None:
    source, board, version = each.envelope_id, each.board, each.board_version
    derived = derived_envelope_id(source, board, version)
    assert derived == derived_envelope_id(source, board, version)
    others = [(source, board + "x", version), (source, board, version + 1), (derived, board, version)]
    assert derived not in {derived_envelope_id(*other) for other in others}


def test_contracts_compare_by_every_field() -> None:
    assert all(field.compare for kind in (SubmissionEnvelope, FactEnvelope, FactsMessage) for field in fields(kind))
