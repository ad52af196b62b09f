"""One broken submission never harms the others: exactly the sound ones are salvaged, each broken one has its reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerboard_contracts import SubmissionEnvelope, wire
from ledgerboard_contracts.wire import NewerVersionError, UndecodableError
from ledgerboard_testkit import strategies

SOUND: dict[str, Any] = {
    "event_id": "019aa2c5-7c00-7000-8000-000000000001",
    "board": "mario-kart",
    "board_version": 1,
    "player": "ada",
    "score": 42,
    "occurred_at": "2026-11-21T10:00:00Z",
}
BREAKS: list[dict[str, Any]] = [
    {"event_id": None}, {"event_id": "x"}, {"event_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7"},
    {"event_id": "ffffffff-ffff-7000-8000-000000000000"},
    {"board": ""}, {"board": "a/b"}, {"board": "v1"}, {"board": "b" * 65}, {"board": 7},
    {"board_version": 0}, {"board_version": 2**31}, {"board_version": "1"}, {"board_version": None},
    {"player": ""}, {"player": "a\nb"}, {"player": " a"}, {"player": "p" * 65}, {"player": "a/b"}, {"player": None},
    {"score": "1"}, {"score": 1.5}, {"score": 1.0}, {"score": True}, {"score": None}, {"score": 2**53 + 1},
    {"score": -(2**53) - 1},
    {"occurred_at": "2026-11-21T10:00:00"}, {"occurred_at": "yesterday"}, {"occurred_at": 1},
    {"occurred_at": "0001-01-01T00:00:00+14:00"}, {"occurred_at": "9999-12-31T23:59:59-14:00"},
    {"level": ""}, {"level": "a\x00"}, {"level": "l" * 33}, {"level": 3},
    {"attributes": []}, {"attributes": "x"}, {"attributes": {"a": "\x00"}},
]  # fmt: skip


def envelope(*submissions: object, **fields: object) -> dict[str, Any]:
    head = {"type": "ledgerboard.submissions", "version": 1, "correlation_id": "c-1"}
    identity = {"envelope_id": "00000000-0000-4000-8000-000000000001"}
    return head | identity | {"submissions": list(submissions)} | fields


def decode(document: object) -> tuple[SubmissionEnvelope, tuple[wire.BrokenSubmission, ...]]:
    message, broken = wire.decode_submissions(json.dumps(document))
    assert isinstance(message, SubmissionEnvelope)
    return message, broken


@pytest.mark.parametrize("broken", BREAKS, ids=json.dumps)
def test_a_broken_submission_is_set_apart_with_a_reason_and_as_it_arrived(broken: dict[str, Any]) -> None:
    last = SOUND | {"player": "bob"}
    sound, apart = decode(envelope(SOUND, SOUND | broken, last))
    assert [submission.player for submission in sound.submissions] == ["ada", "bob"]
    assert json.loads(apart[0].raw) == SOUND | broken
    assert apart[0].reason


@pytest.mark.parametrize("missing", sorted(SOUND))
def test_a_missing_field_is_named_in_the_reason(missing: str) -> None:
    sound, apart = decode(envelope({name: value for name, value in SOUND.items() if name != missing}, SOUND))
    assert len(sound.submissions) == 1
    assert missing in apart[0].reason


@pytest.mark.parametrize("member", [None, 1, "x", [], {}, [SOUND]])
def test_members_that_are_no_submissions_at_all_are_set_apart(member: object) -> None:
    sound, apart = decode(envelope(member, SOUND))
    assert (len(sound.submissions), len(apart)) == (1, 1)


def test_scores_at_the_ends_of_the_range_are_sound() -> None:
    sound, apart = decode(envelope(SOUND | {"score": 2**53}, SOUND | {"score": -(2**53)}))
    assert [submission.score for submission in sound.submissions] == [2**53, -(2**53)]
    assert not apart


@given(strategies.submission_envelopes, st.lists(st.tuples(st.integers(0, 5), st.sampled_from(BREAKS)), max_size=4))
def test_exactly_the_sound_ones_are_salvaged_in_their_order(
    sent: SubmissionEnvelope, breaks: list[tuple[int, dict[str, Any]]]
) -> None:
    document = json.loads(wire.encode(sent))
    for position, broken in breaks:
        document["submissions"].insert(position, SOUND | broken)
    sound, apart = decode(document)
    assert sound == sent
    assert len(apart) == len(breaks)


def test_an_envelope_of_broken_ones_only_is_an_empty_envelope() -> None:
    sound, apart = decode(envelope({}, {}))
    assert sound.submissions == ()
    assert len(apart) == 2


@pytest.mark.parametrize(
    "document",
    [
        envelope(SOUND, type="ledgerboard.facts"), envelope(SOUND, type=None), envelope(SOUND, version=0),
        envelope(SOUND, envelope_id="x"), envelope(SOUND, envelope_id=None), envelope(SOUND, submissions=None),
        envelope(SOUND, submissions={"a": SOUND}), envelope(SOUND, correlation_id=None),
        envelope(SOUND, correlation_id=""), envelope(SOUND, correlation_id="*/ DROP TABLE facts"),
        envelope(SOUND, correlation_id="a\n"), envelope(SOUND, correlation_id="c" * 65), SOUND, [], None,
    ],
)  # fmt: skip
def test_an_envelope_that_cannot_be_read_is_refused_whole(document: object) -> None:
    with pytest.raises(UndecodableError):
        decode(document)


def test_nesting_without_end_is_refused_and_raises_nothing_else() -> None:
    body = json.dumps(envelope(SOUND, {"attributes": "HERE"})).replace('"HERE"', "[" * 100_000 + "]" * 100_000)
    with pytest.raises(UndecodableError):
        wire.decode_submissions(body)


def test_an_envelope_of_a_newer_version_waits_for_a_newer_service() -> None:
    with pytest.raises(NewerVersionError):
        decode(envelope(SOUND, version=2))
