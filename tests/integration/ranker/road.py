"""The road of facts and corrections behind ingest: history and ranker on real stores, with queues that a test delivers.

Each message is delivered when the test says, twice if it says so, and whoever handles it dies where it says.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import redis
from sqlalchemy import Engine

from ledgerboard_boards import MARK_SECONDS, RedisStandings
from ledgerboard_contracts import (
    BoardOptions,
    Correction,
    CorrectionKind,
    CorrectionsMessage,
    Fact,
    FactEnvelope,
    FactsMessage,
    Standing,
    View,
    wire,
)
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.stream import Done
from ledgerboard_ledger import (
    PostgresDefinitions,
)
from ledgerboard_testkit.memory import FixedClock, MemorySender
from ledgerboard_testkit.polling import eventually
from tests.integration.ranker.mortals import Fuse, Queue
from tests.integration.ranker.workers import Workers

_MOST_DELIVERIES = 3000


class Road:
    """One board, and everything that writes to it."""

    def __init__(
        self,
        client: redis.Redis,
        engine: Engine,
        options: BoardOptions,
        now: datetime,
        clock: FixedClock | None = None,
        *,
        mark_seconds: float = MARK_SECONDS,
    ) -> None:
        self.stage, self.board, self.options = f"t{uuid4().hex[:12]}", f"b{uuid4().hex[:12]}", options
        self.clock, self.fuse = clock or FixedClock(now), Fuse()
        self.rank, self.history = Queue(), Queue()
        self.facts: list[Fact] = []
        self.envelopes: list[FactEnvelope] = []
        self.corrections: list[Correction] = []
        self._client, self._sent = client, MemorySender()
        self._standings = RedisStandings(client, self.stage)
        PostgresDefinitions(engine).define(self.board, options)
        workers, others = (
            Workers(client, engine, self.stage, self.clock, fuse, self._sent, mark_seconds=mark_seconds)
            for fuse in (self.fuse, Fuse())
        )
        self.states, self.generations, self.restating = workers.states, workers.generations, workers.restating
        self.openings, self.restatements = workers.openings, workers.restatements
        self._workers, self._others = workers, others

    def play(self, *plays: tuple[str, int], skew_seconds: float = 0, **others: Any) -> FactEnvelope:
        """Facts of one envelope, accepted now by a gateway whose clock is that much ahead, on both queues."""
        at = self.clock.now() + timedelta(seconds=skew_seconds)
        facts = tuple(
            Fact(event_id=new_uuid7(at), player=self.named(player), score=score, occurred_at=at, **others)
            for player, score in plays
        )
        self.facts += facts
        envelope = FactEnvelope(
            envelope_id=uuid4(), correlation_id="test", board=self.board, board_version=1, facts=facts
        )
        self.envelopes.append(envelope)
        body = wire.encode(FactsMessage(envelopes=(envelope,)))
        self.rank.put(body)
        self.history.put(body)
        return envelope

    def copy(self, number: int) -> None:
        """Somebody did not hear that an envelope was stored, and sent it again: the copy comes whenever it comes."""
        if self.envelopes:
            body = wire.encode(FactsMessage(envelopes=(self.envelopes[number % len(self.envelopes)],)))
            self.rank.put(body)
            self.history.put(body)

    def void(self, number: int) -> None:
        """Void one of the plays so far."""
        if self.facts:
            self.correct(CorrectionKind.VOID, fact=self.facts[number % len(self.facts)])

    def named(self, player: str) -> str:
        """A player who plays on no other test's board, since bans and erasures reach all boards."""
        return f"{player}-{self.board}"

    def correct(
        self, kind: CorrectionKind, *, everywhere: bool = False, fact: Fact | None = None, player: str = ""
    ) -> None:
        """A correction of that kind, accepted now, on its way to history."""
        now = self.clock.now()
        names: dict[str, Any] = {"player": fact.player if fact else self.named(player) if player else None}
        if fact is not None:
            names["event_id"] = fact.event_id
        if not everywhere and kind is not CorrectionKind.ERASE:
            names["board"] = self.board
        made = Correction(
            correction_id=new_uuid7(now), kind=kind, occurred_at=now, reason="test", author="test", **names
        )
        self.corrections.append(made)
        self.history.put(wire.encode(CorrectionsMessage(corrections=(made,), correlation_id="test")))

    def deliver(
        self, queue: Queue, number: int, *, delete: bool = True, calls_to_live: int | None = None, other: bool = False
    ) -> None:
        """Hand one message over. It stays if it is not deleted, or if the one who handles it dies."""
        if not queue.waiting:
            return
        message = queue.waiting[number % len(queue.waiting)]
        workers = self._others if other else self._workers
        handler: Any = workers.ranker if queue is self.rank else workers.recorder
        with self.mortal(calls_to_live) as survived:
            verdicts: Sequence[object] = handler.handle([message])
            survived.append(verdicts == [Done()])
        self._pass_on()
        if survived == [True] and delete and message in queue.waiting:
            queue.waiting.remove(message)
            queue.deleted.append(message)

    def record_all(self) -> None:
        """History gets all that waits for it in one batch."""
        batch = list(self.history.waiting)
        assert self._workers.recorder.handle(batch) == [Done()] * len(batch)
        self._pass_on()
        self.history.waiting.clear()
        self.history.deleted += batch

    def repeat(self, queue: Queue, number: int) -> None:
        """Deliver a message once more that was deleted."""
        if queue.deleted:
            queue.waiting.append(queue.deleted[number % len(queue.deleted)])

    def await_forgotten(self) -> None:
        """Until every mark of the board is gone, which takes as long as they stand."""
        marks = f"{{{self.stage}/{self.board}}}:seen:*"
        eventually(lambda: not list(self._client.scan_iter(marks, count=1000)), what="marks gone")

    @contextmanager
    def standing_still(self, after_calls: int, seconds: float, meanwhile: Callable[[], None]) -> Iterator[None]:
        """Who works in the block stands still after so many calls to a store, and others go on."""

        def pause() -> None:
            self.clock.advance(timedelta(seconds=seconds))
            meanwhile()

        self.fuse.until_pause, self.fuse.meanwhile = after_calls, pause
        try:
            yield
        finally:
            self.fuse.until_pause = None

    def rebuild(self, *, calls_to_live: int | None = None) -> None:
        """One rebuilder at work until it is done, or dies."""
        with self.mortal(calls_to_live):
            while self._workers.rebuilder.rebuild_next(lambda: False) is not None:
                pass

    def drain(self) -> None:
        """Until nothing is left to do."""
        for _ in range(_MOST_DELIVERIES):
            if not self.rank.waiting and not self.history.waiting:
                self.rebuild()
                return
            try:
                self.deliver(self.history, 0)
                self.deliver(self.rank, 0)
            except UnavailableError:  # As the stream does: wait and try again.
                self.clock.advance(timedelta(seconds=5))
        raise AssertionError("the queues do not drain")

    def standings(self, view: View) -> tuple[Standing, ...]:
        """The whole view, as readers see it."""
        live = self.states.lives(self.board)
        if live is None:
            return ()
        shown = View(view.board, view.span, view.scope, live.generation)
        return self._standings.page(shown, self.options, 0, 1000).standings

    @contextmanager
    def mortal(self, calls_to_live: int | None) -> Iterator[list[bool]]:
        """Whoever works in the block dies after that many calls to a store."""
        survived: list[bool] = []
        self.fuse.left = calls_to_live
        try:
            yield survived
        except UnavailableError:
            if calls_to_live is None:
                raise
        finally:
            self.fuse.left = None

    def _pass_on(self) -> None:
        for body in self._sent.bodies:
            self.rank.put(body)
        self._sent.sent.clear()
