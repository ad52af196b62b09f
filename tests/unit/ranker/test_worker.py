"""Each message gets the verdict that it earned, whatever travels with it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import pytest

from ledgerboard_contracts import (
    FactEnvelope,
    FactsMessage,
    RecordedMessage,
    SettledEnvelope,
    SettledMessage,
    wire,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import Dead, Done, Message, Retry
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.worker import FactsHandler
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Boards(Protocol):
    folded: list[FactEnvelope]
    calls: int
    down: bool


class Noted(Protocol):
    caught_up: list[tuple[str, tuple[str, ...]]]
    restated: list[tuple[str, str]]

    def restate(self, board: str, players: Iterable[str]) -> bool: ...


@pytest.fixture
def handler(projection: Projection, noted: Noted) -> FactsHandler:
    return FactsHandler(projection, noted)


def envelope(board: str = "chess", board_version: int = 1) -> FactEnvelope:
    return make_envelope(board, [make_fact("ann", 5, NOW)], board_version=board_version)


def message(*envelopes: FactEnvelope, message_id: str = "m") -> Message:
    return _message(wire.encode(FactsMessage(envelopes=envelopes)), message_id)


def _message(body: str, message_id: str = "m") -> Message:
    return Message(body=body, message_id=message_id, receive_count=1, sent_at=NOW)


def test_a_batch_is_folded_in_one_call_and_done(handler: FactsHandler, boards: Boards) -> None:
    first, second, third = envelope(), envelope("race"), envelope()
    assert handler.handle([message(first, second), message(third)]) == [Done(), Done()]
    assert boards.folded == [first, second, third]
    assert boards.calls == 1


@pytest.mark.parametrize("body", ["", "no json", "{}", '{"type":"ledgerboard.rejections","version":1}', "[]", "null"])
def test_what_cannot_be_read_is_dead_and_its_batch_mates_are_done(
    handler: FactsHandler, boards: Boards, body: str
) -> None:
    good = envelope()
    verdicts = handler.handle([_message(body), message(good)])
    assert isinstance(verdicts[0], Dead)
    assert verdicts[0].reason
    assert verdicts[1] == Done()
    assert boards.folded == [good]


def test_a_message_of_a_newer_release_is_retried(handler: FactsHandler) -> None:
    document = msgspec.json.decode(message(envelope()).body)
    (verdict,) = handler.handle([_message(msgspec.json.encode(document | {"version": 2}).decode())])
    assert isinstance(verdict, Retry)
    assert "version 2" in verdict.reason


def test_an_unknown_board_version_is_retried_and_named_while_its_envelope_mates_are_folded(
    handler: FactsHandler, boards: Boards
) -> None:
    known, unknown, other = envelope(), envelope(board_version=7), envelope("race")
    verdicts = handler.handle([message(known, unknown), message(other)])
    assert verdicts == [Retry("board 'chess' has no version 7"), Done()]
    assert boards.folded == [known, other]


def test_an_outage_is_raised_for_the_runtime_to_wait_out(handler: FactsHandler, boards: Boards) -> None:
    boards.down = True
    with pytest.raises(UnavailableError):
        handler.handle([message(envelope())])


def test_a_message_without_envelopes_is_done(handler: FactsHandler) -> None:
    assert handler.handle([message()]) == [Done()]


def test_unreadable_messages_are_not_counted_as_envelopes(handler: FactsHandler, counted: Callable[..., float]) -> None:
    handler.handle([_message("no json"), message(envelope())])
    assert counted("ranker_envelopes_total", outcome="folded") == 1


def test_what_an_ingest_of_before_settled_is_done_and_changes_nothing(handler: FactsHandler, boards: Boards) -> None:
    named = (SettledEnvelope(board="sums", envelope_id=envelope("sums").envelope_id),)
    assert handler.handle([_message(wire.encode(SettledMessage(envelopes=named)))]) == [Done()]
    assert boards.calls == 0


def test_facts_that_are_not_sound_are_dead_lettered_after_their_mates_were_folded(
    handler: FactsHandler, boards: Boards
) -> None:
    bad, good = make_fact("a/b", 5, NOW), make_fact("ann", 5, NOW)
    mixed, nowhere = make_envelope("chess", [bad, good]), make_envelope("{x}", [good])
    (verdict,) = handler.handle([message(mixed, nowhere, envelope("race"))])
    assert isinstance(verdict, Dead)
    assert f"event {bad.event_id}: " in verdict.reason
    assert f"envelope {nowhere.envelope_id}: " in verdict.reason
    assert [(each.board, len(each.facts)) for each in boards.folded] == [("chess", 1), ("race", 1)]


def test_facts_told_again_bring_their_board_up_to_date_and_are_folded_only_if_late(
    handler: FactsHandler, boards: Boards, noted: Noted
) -> None:
    assert handler.handle([_message(wire.encode(RecordedMessage(envelopes=(envelope(),))))]) == [Done()]
    assert noted.caught_up == [("chess", ("ann",))]
    assert boards.folded == []


def test_a_sum_of_which_some_facts_are_not_sound_is_drawn_from_the_ledger(handler: FactsHandler, noted: Noted) -> None:
    """Under the mark of the whole envelope, what a later release takes of it would look like a repetition."""
    mixed = make_envelope("sums", [make_fact("a/b", 5, NOW), make_fact("ann", 5, NOW)])
    plain = make_envelope("chess", [make_fact("a/b", 5, NOW), make_fact("bob", 5, NOW)])
    handler.handle([message(mixed, plain)])
    assert noted.restated == [("sums", "ann")]
