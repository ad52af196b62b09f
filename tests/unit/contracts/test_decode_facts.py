"""Facts that the ledger could not keep are refused by both who read facts, so that boards and ledger stay alike."""

import json
from typing import Any

import pytest

from ledgerboard_contracts import FactsMessage, wire
from ledgerboard_contracts.wire import Codec, UndecodableError

FACT: dict[str, Any] = {
    "event_id": "019aa2c5-7c00-7000-8000-000000000001",
    "player": "ada",
    "score": 42,
    "occurred_at": "2026-11-21T10:00:00Z",
}
READERS: list[Codec[Any]] = [wire.FACTS, wire.RANK, wire.HISTORY]


def body(fact: dict[str, Any]) -> str:
    envelope = {
        "envelope_id": "00000000-0000-4000-8000-000000000001", "correlation_id": "c-1", "board": "race",
        "board_version": 1, "facts": [FACT, FACT | fact],
    }  # fmt: skip
    return json.dumps({"type": "ledgerboard.facts", "version": 1, "envelopes": [envelope]})


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "fact",
    [
        {"player": "a\x00b"}, {"level": "\x00"}, {"session": "s\x00"}, {"attributes": {"car": "\x00"}},
        {"attributes": {"\x00": 1}}, {"attributes": {"cars": [{"name": "\\ \x00"}]}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_fact_that_holds_the_one_character_that_postgresql_lacks_is_refused(
    reader: Codec[Any], fact: dict[str, Any]
) -> None:
    for text in (body(fact), body(fact).encode()):
        with pytest.raises(UndecodableError, match=r"U\+0000"):
            reader.decode(text)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", ["\\u0000", '"', "\n", "\ufffe", "0000"])
def test_other_escapes_and_the_mere_text_of_that_one_are_taken(reader: Codec[Any], text: str) -> None:
    message = reader.decode(body({"attributes": {"car": text}}))
    assert isinstance(message, FactsMessage)
    assert message.envelopes[0].facts[1].attributes == {"car": text}
