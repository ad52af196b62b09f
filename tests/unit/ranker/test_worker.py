"""Each message gets the verdict that it earned, whatever travels with it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import pytest

from ledgerboard_boards import Mark
from ledgerboard_contracts import (
    FactEnvelope,
    FactsMessage,
    RecordedMessage,
    SettledEnvelope,
    SettledMessage,
    wire,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.stream import AcknowledgedHandler, Dead, Done, Message, Retry
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.worker import FactsHandler
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Boards(Protocol):
    folded: list[FactEnvelope]
    acknowledged_marks: list[Mark]
    settled_marks: list[Mark]
    calls: int
    down: bool


class Noted(Protocol):
    caught_up: list[tuple[str, tuple[str, ...]]]
    restated: list[tuple[str, str]]

    def restate(self, board: str, player: str) -> bool: ...


@pytest.fixture
def handler(projection: Projection, noted: Noted) -> FactsHandler:
    return FactsHandler(projection, noted)


def envelope(board: str = "chess", board_version: int = 1) -> FactEnvelope:
    return make_envelope(board, [make_fact("ann", 5, NOW)], board_version=board_version)


def message(*envelopes: FactEnvelope, message_id: str = "m") -> Message:
    return _message(wire.encode(FactsMessage(envelopes=envelopes)), message_id)


def settled(*envelopes: FactEnvelope) -> Message:
    named = tuple(SettledEnvelope(board=each.board, envelope_id=each.envelope_id) for each in envelopes)
    return _message(wire.encode(SettledMessage(envelopes=named)))


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


def test_the_marks_of_totals_go_once_their_message_is_deleted_and_no_others(
    handler: FactsHandler, boards: Boards
) -> None:
    first, plain, second = envelope("sums"), envelope(), envelope("sums")
    batch = [message(first, plain, message_id="a"), message(second, message_id="b"), message(plain, message_id="c")]
    handler.handle(batch)
    assert boards.acknowledged_marks == []
    handler.acknowledged([batch[0], batch[2]])
    assert boards.acknowledged_marks == [Mark("sums", 1, first.envelope_id)]
    handler.acknowledged(batch)
    assert boards.acknowledged_marks == [Mark("sums", 1, each.envelope_id) for each in (first, second)]


def test_a_message_that_comes_again_keeps_its_marks(handler: FactsHandler, boards: Boards) -> None:
    retried = message(envelope("sums"), envelope("sums", board_version=7))
    handler.handle([retried])
    handler.acknowledged([retried])
    assert boards.acknowledged_marks == []


def test_what_is_settled_is_told_to_its_marks_and_done_whatever_travels_with_it(
    handler: FactsHandler, boards: Boards
) -> None:
    first, second = envelope("sums"), envelope("sums")
    dead, *done = handler.handle([_message("no json"), settled(first, second), message(first), settled(second)])
    assert isinstance(dead, Dead)
    assert done == [Done()] * 3
    assert boards.folded == [first]
    assert boards.settled_marks == [Mark("sums", 1, each.envelope_id) for each in (first, second, second)]
    assert boards.acknowledged_marks == []


def test_what_is_settled_is_held_while_the_boards_are_down(handler: FactsHandler, boards: Boards) -> None:
    boards.down = True
    with pytest.raises(UnavailableError):
        handler.handle([settled(envelope("sums"))])


def test_marks_that_cannot_be_cut_are_told_to_the_runtime(handler: FactsHandler, boards: Boards) -> None:
    done = message(envelope("sums"))
    handler.handle([done])
    boards.down = True
    with pytest.raises(UnavailableError):
        handler.acknowledged([done])


def test_messages_that_are_never_deleted_do_not_pile_up(handler: FactsHandler, boards: Boards) -> None:
    batch = [message(envelope("sums"), message_id=str(number)) for number in range(1001)]
    handler.handle(batch)
    handler.acknowledged(batch)
    assert len(boards.acknowledged_marks) == 1000


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


def test_the_runtime_will_tell_this_handler(handler: FactsHandler) -> None:
    assert isinstance(handler, AcknowledgedHandler)
