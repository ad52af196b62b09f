"""A restatement is carried out once a batch, and what must wait comes later by itself."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

import pytest

from ledgerboard_contracts import FactEnvelope, FactsMessage, Restatement, RestatementsMessage, wire
from ledgerboard_infra.stream import Done, Later, Message
from ledgerboard_ledger import UnendedError
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.worker import FactsHandler
from ledgerboard_testkit.plays import make_envelope, make_fact

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Boards(Protocol):
    folded: list[FactEnvelope]


class Noted(Protocol):
    restated: list[tuple[str, str]]

    def restate(self, board: str, players: Iterable[str]) -> bool: ...


@pytest.fixture
def handler(projection: Projection, noted: Noted) -> FactsHandler:
    return FactsHandler(projection, noted)


def _message(body: str) -> Message:
    return Message(body=body, message_id="m", receive_count=1, sent_at=NOW)


def test_each_restatement_of_a_batch_is_carried_out_once(handler: FactsHandler, noted: Noted) -> None:
    asked = tuple(Restatement(board="chess", player=player) for player in ("ann", "bob", "ann"))
    body = wire.encode(RestatementsMessage(restatements=asked, correlation_id="c"))
    assert handler.handle([_message(body), _message(body)]) == [Done()] * 2
    assert noted.restated == [("chess", "ann"), ("chess", "bob")]


def test_a_restatement_that_must_wait_comes_later_and_its_batch_mates_are_done(
    projection: Projection, boards: Boards, noted: Noted
) -> None:
    class Waiting:
        def restate(self, board: str, players: Iterable[str]) -> bool:
            if board == "race":
                raise UnendedError("somebody is busy")
            return noted.restate(board, players)

    def asks(*boards: str) -> Message:
        asked = tuple(Restatement(board=board, player="bob") for board in boards)
        return _message(wire.encode(RestatementsMessage(restatements=asked, correlation_id="c")))

    good = make_envelope("chess", [make_fact("ann", 5, NOW)])
    sent = _message(wire.encode(FactsMessage(envelopes=(good,))))
    later, done, facts = FactsHandler(projection, Waiting()).handle([asks("race", "chess"), asks("chess"), sent])
    assert isinstance(later, Later)
    assert (done, facts) == (Done(), Done())
    assert noted.restated == [("chess", "bob")]
    assert boards.folded == [good]
