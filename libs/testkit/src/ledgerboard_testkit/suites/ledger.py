"""The ledger: what goes in once, and how it comes out."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from ledgerboard_contracts import FactEnvelope, Order, Rejection
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_ledger import Accepted, AppendResult, BoardStatistics, Play, Recorded, Rejected, UnstorableError
from ledgerboard_testkit.events import NOON, envelope, event_id, fact, rejection


class Ledger(Protocol):
    """Both sides of the ledger."""

    def append(self, envelopes: Sequence[FactEnvelope], rejections: Sequence[Rejection]) -> AppendResult: ...
    def plays(
        self,
        player: str,
        board: str | None,
        before: UUID | None,
        limit: int,
        *,
        level: str | None = ...,
        accepted: Accepted = ...,
    ) -> Sequence[Play]: ...
    def best_plays(
        self, player: str, board: str, order: Order, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Play]: ...
    def statistics(self, board: str) -> BoardStatistics: ...
    def event(self, event_id: UUID) -> Recorded | Rejected | None: ...


def fresh_player() -> str:
    """A name that no other test has."""
    return f"player-{uuid4().hex[:12]}"


class LedgerSuite:
    """Give it ``ledger``, and ``outage``: a context in which it is down."""

    def test_each_event_is_recorded_once_however_often_it_comes(self, ledger: Ledger) -> None:
        sent, refused = envelope(fact(), fact()), rejection()
        assert ledger.append([sent], [refused]) == AppendResult(recorded=2, rejected=1, repeated=0)
        later = envelope(sent.facts[0], fact())
        assert ledger.append([sent, later], [refused]) == AppendResult(recorded=1, rejected=0, repeated=4)
        assert ledger.append([], []) == AppendResult(recorded=0, rejected=0, repeated=0)

    def test_what_is_recorded_stays_as_it_is(self, ledger: Ledger) -> None:
        sent = fact(fresh_player(), 1)
        ledger.append([envelope(sent)], [])
        ledger.append([envelope(replace(sent, score=2))], [])
        assert [play.score for play in ledger.plays(sent.player, None, None, 10)] == [1]

    def test_a_fact_comes_out_as_it_went_in(self, ledger: Ledger) -> None:
        attributes = {"car": "réd 🎮", "laps": [1, -2.5, None, True], "nested": {"": {}}}
        sent = fact(fresh_player(), -7, level="1-1", attributes=attributes, at=NOON + timedelta(microseconds=1))
        ledger.append([envelope(sent, board="race", board_version=3)], [])
        found = ledger.event(sent.event_id)
        assert isinstance(found, Recorded)
        assert [found.play] == ledger.plays(sent.player, None, None, 10)
        play = found.play
        assert (play.board, play.board_version, play.player, play.score) == ("race", 3, sent.player, -7)
        assert (play.level, play.attributes, play.occurred_at) == ("1-1", attributes, sent.occurred_at)
        assert play.recorded_at.utcoffset() == timedelta(0)

    def test_a_rejection_comes_out_as_it_went_in_and_is_no_play(self, ledger: Ledger) -> None:
        refused = rejection(player=fresh_player())
        ledger.append([], [refused])
        found = ledger.event(refused.event_id)
        assert isinstance(found, Rejected)
        assert found.rejection == refused
        assert found.recorded_at.utcoffset() == timedelta(0)
        assert ledger.plays(refused.player, None, None, 10) == []

    def test_what_was_never_recorded_is_unknown(self, ledger: Ledger) -> None:
        assert ledger.event(event_id()) is None
        assert ledger.plays(fresh_player(), None, None, 10) == []

    def test_plays_come_newest_first_in_pages_that_meet(self, ledger: Ledger) -> None:
        player = fresh_player()
        made = [fact(player, score, at=NOON + timedelta(days=9 * score)) for score in range(10)]
        ledger.append([envelope(*made[::-2], board="race"), envelope(*made[::2], board="chess")], [])
        ledger.append([envelope(fact(fresh_player()))], [])
        found: list[UUID] = []
        while page := ledger.plays(player, None, found[-1] if found else None, 3):
            found += [play.event_id for play in page]
        assert found == [each.event_id for each in reversed(made)]
        chess = ledger.plays(player, "chess", None, 10)
        assert [(play.event_id, play.board) for play in chess] == [(each.event_id, "chess") for each in made[-2::-2]]

    def test_plays_of_a_level_and_a_time_are_told_to_the_millisecond(self, ledger: Ledger) -> None:
        player = fresh_player()
        step = timedelta(microseconds=500)
        made = [fact(player, score, at=NOON + score * step, level=str(score % 2)) for score in range(8)]
        ledger.append([envelope(*made)], [])
        between = Accepted(since=NOON + 3 * step, until=NOON + 7 * step)
        assert [play.score for play in ledger.plays(player, "race", None, 9, accepted=between)] == [5, 4, 3, 2]
        assert [play.score for play in ledger.plays(player, "race", None, 9, level="1", accepted=between)] == [5, 3]

    @pytest.mark.parametrize("order", Order)
    def test_best_plays_come_in_pages_that_meet(self, ledger: Ledger, order: Order) -> None:
        player, sign = fresh_player(), -1 if order is Order.DESC else 1
        made = [fact(player, number % 3) for number in range(7)]
        ledger.append([envelope(*made)], [])
        found: list[Play] = []
        while page := ledger.best_plays(
            player, "race", order, (found[-1].score, found[-1].event_id) if found else None, 2
        ):
            found += page
        expected = sorted(made, key=lambda each: (sign * each.score, each.event_id.int))
        assert [play.event_id for play in found] == [each.event_id for each in expected]

    def test_a_board_comes_to_its_players_plays_and_rejections(self, ledger: Ledger) -> None:
        board, later = f"board-{uuid4().hex[:8]}", NOON + timedelta(seconds=1)
        ledger.append([envelope(fact("a"), fact("b"), fact("b", at=later), board=board)], [rejection(board=board)])
        assert ledger.statistics(board) == BoardStatistics(
            players=2, plays=3, first_play_at=NOON, last_play_at=later, rejections=1
        )

    def test_what_can_never_be_stored_is_refused_whole(self, ledger: Ledger) -> None:
        sound, player = fact(), fresh_player()
        broken = (
            fact(player, event_id=uuid4()),
            fact(player, level="a\x00"),
            fact(player, attributes={"a": ["\x00"]}),
            fact(player, attributes={"\x00": 1}),
        )
        for each in broken:
            with pytest.raises(UnstorableError):
                ledger.append([envelope(sound, each)], [])
        with pytest.raises(UnstorableError):
            ledger.append([envelope(sound)], [rejection(detail="\x00")])
        assert ledger.event(sound.event_id) is None
        assert ledger.append([envelope(fact(player, attributes={"a": "\\u0000"}))], []).recorded == 1

    def test_while_it_is_down_nothing_is_taken_or_told(
        self, ledger: Ledger, outage: AbstractContextManager[None]
    ) -> None:
        sent = fact(fresh_player())
        with outage:
            with pytest.raises(UnavailableError):
                ledger.append([envelope(sent)], [])
            with pytest.raises(UnavailableError):
                ledger.event(sent.event_id)
            with pytest.raises(UnavailableError):
                ledger.plays(sent.player, None, None, 1)
        assert ledger.event(sent.event_id) is None
