"""Corrections are stamped by the clock of the ledger, so they are in the order in which operators were answered.

Here it goes 20 s before or behind the one clock that all gateways of a test have.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from ledgerboard_contracts import BoardOptions, Correction, CorrectionKind, CorrectionsMessage, event_time, wire
from ledgerboard_gateway.corrections import Corrections, Why
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_ledger import (
    CorrectionMoments,
    CorrectionsLog,
    Endpoints,
    LedgerReader,
    LedgerWriter,
    PostgresDefinitions,
    migrate,
)
from ledgerboard_testkit.corrections import correction
from ledgerboard_testkit.events import envelope, fact
from ledgerboard_testkit.memory import MemorySender
from tests.integration.ranker.shared_clock import share_clock

WHY = Why("a test", "tester")
BAN, UNBAN, ERASE, RESET, DELETE = (
    CorrectionKind.BAN, CorrectionKind.UNBAN, CorrectionKind.ERASE, CorrectionKind.RESET, CorrectionKind.DELETE
)  # fmt: skip


class Desk:
    """An operator at a gateway; what the queue stores is recorded at once."""

    def __init__(self, engine: Engine) -> None:
        self.queue, self.writer = MemorySender(), LedgerWriter(engine)
        ledger, definitions, moments = (
            LedgerReader(engine, engine),
            PostgresDefinitions(engine),
            CorrectionMoments(engine),
        )
        self.corrections = Corrections(ledger, definitions, None, self.queue, moments, new_uuid7)

    def of_player(self, kind: CorrectionKind, player: str, board: str | None = None) -> Correction:
        return self._record(self.corrections.of_player(kind, player, board, WHY, "test"))

    def of_board(self, kind: CorrectionKind, board: str) -> Correction:
        return self._record(self.corrections.of_board(kind, board, WHY, "test"))

    def void(self, event_id: UUID) -> Correction:
        return self._record(self.corrections.void(event_id, WHY, "test"))

    def _record(self, made: Correction) -> Correction:
        message, _ = wire.decode_submissions(self.queue.bodies[-1])
        assert isinstance(message, CorrectionsMessage)
        assert message.corrections == (made,)
        self.writer.correct(message.corrections)
        return made


@pytest.fixture(scope="module")
def ledger_url(fresh_database: str) -> str:
    share_clock(fresh_database)
    migrate(fresh_database)
    return fresh_database


@pytest.fixture(params=[20, -20])
def skew(request: pytest.FixtureRequest, engine: Engine) -> timedelta:
    """How far the ledger's clock is ahead."""
    ahead = timedelta(seconds=request.param)
    with engine.begin() as connection:
        connection.execute(text("UPDATE moved.clock SET ahead = :ahead"), {"ahead": ahead})
    return ahead


@pytest.fixture
def one(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def other(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def player() -> str:
    return f"player-{uuid4().hex[:12]}"


@pytest.fixture
def board(engine: Engine) -> str:
    name = f"board-{uuid4().hex[:12]}"
    PostgresDefinitions(engine).define(name, BoardOptions())
    return name


def _banned(engine: Engine) -> set[str]:
    return {each.player for each in CorrectionsLog(Endpoints(engine, engine)).bans()}


def test_an_unban_ends_the_ban_that_another_gateway_accepted_before(
    engine: Engine, one: Desk, other: Desk, player: str
) -> None:
    one.of_player(BAN, player)
    other.of_player(UNBAN, player)
    assert player not in _banned(engine)
    one.of_player(BAN, player)
    other.of_player(UNBAN, player)
    one.of_player(BAN, player)
    assert player in _banned(engine)


@pytest.mark.usefixtures("skew")
def test_a_deletion_deletes_what_was_defined_before_it_and_nothing_after(
    engine: Engine, one: Desk, other: Desk, board: str
) -> None:
    definitions = PostgresDefinitions(engine)
    other.of_board(DELETE, board)
    assert definitions.current(board) is None
    definitions.define(board, BoardOptions(title="again"))
    assert definitions.current(board) is not None
    one.of_board(DELETE, board)
    definitions.define(board, BoardOptions(title="once more"))
    assert definitions.current(board) is not None


def test_a_correction_follows_one_that_was_stamped_ahead_of_the_clock(
    engine: Engine, other: Desk, board: str, player: str
) -> None:
    """By a gateway of a former release, or by the server before a failover."""
    soon = datetime.now(UTC) + timedelta(seconds=25)
    stamped = replace(correction(BAN, player=player), correction_id=new_uuid7(soon), occurred_at=soon)
    other.writer.correct([stamped])
    unban = other.of_player(UNBAN, player)
    assert unban.correction_id > stamped.correction_id
    assert player not in _banned(engine)
    cleared = replace(correction(RESET, board=board), correction_id=new_uuid7(soon), occurred_at=soon)
    other.writer.correct([cleared])
    assert other.of_board(RESET, board).occurred_at > soon


def test_an_erased_players_corrections_follow_their_erasure(other: Desk, player: str) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=25)
    erasure = replace(correction(ERASE, player=player), correction_id=new_uuid7(soon), occurred_at=soon)
    other.writer.correct([erasure])
    assert other.of_player(BAN, player).correction_id > erasure.correction_id


def test_every_correction_has_the_moment_and_an_id_of_the_clock_of_the_ledger(
    one: Desk, skew: timedelta, board: str, player: str
) -> None:
    played = fact(player, at=datetime.now(UTC))
    one.writer.append([envelope(played, board=board)], [])
    before = datetime.now(UTC) + skew
    for made in (
        one.void(played.event_id),
        *(one.of_player(kind, player) for kind in (BAN, UNBAN, ERASE)),
        *(one.of_board(kind, board) for kind in (RESET, DELETE)),
    ):
        assert before <= made.occurred_at < before + timedelta(seconds=10)
        assert timedelta(0) <= made.occurred_at - event_time(made.correction_id) < timedelta(milliseconds=1)
