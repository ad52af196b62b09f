"""A ledger, the boards that are drawn from it, and everyone who writes to either, in one process."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import redis
from prometheus_client import CollectorRegistry

from ledgerboard_boards import BoardStates, RedisBoards, RedisPulse, RedisStandings
from ledgerboard_contracts import (
    ALL_TIME,
    BoardOptions,
    Correction,
    CorrectionKind,
    Fact,
    FactEnvelope,
    Policy,
    Standing,
    View,
)
from ledgerboard_infra.clock import SystemClock
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.postgres import PostgresClock, make_engine
from ledgerboard_ledger import (
    CachedVersions,
    Generation,
    LedgerWriter,
    PostgresBeats,
    PostgresDefinitions,
    PostgresGenerations,
    Replay,
    Restatements,
    Touches,
    migrate,
)
from ledgerboard_ranker.arrivals import Arrival
from ledgerboard_ranker.catching_up import CatchingUp
from ledgerboard_ranker.clocks import StoreClocks
from ledgerboard_ranker.founding import Founding
from ledgerboard_ranker.known import KnownStates
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.openings import Openings
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.rebuilding import Outcome, Rebuilder
from ledgerboard_ranker.rebuilder.renewing import Renewal
from ledgerboard_ranker.rebuilder.scanning import Scan
from ledgerboard_ranker.rebuilder.swapping import Swap
from ledgerboard_ranker.rebuilder.watching import Watcher
from ledgerboard_ranker.restating import Restating
from ledgerboard_ranker.touching import Touching
from ledgerboard_testkit.plays import make_envelope, make_fact
from ledgerboard_testkit.polling import eventually
from ledgerboard_testkit.rankings import expected_standings

LEASE_SECONDS = 1.0

PAGE_FACTS = 50
"""So that a small ledger has many pages."""


class Scene:
    """Its names are those of the system: what ``play`` does is what ranker and history do with a message."""

    def __init__(self, redis_url: str, database_url: str, stage: str) -> None:
        migrate(database_url)
        self.database_url = database_url
        self.clock = SystemClock()
        self.engine = make_engine(database_url, application_name="test", pool_size=10)
        self.client = redis.Redis.from_url(redis_url, socket_timeout=5)
        self.stage = stage
        self.states, self.boards = BoardStates(self.client, stage), RedisBoards(self.client, stage)
        self.generations, self.touches = PostgresGenerations(self.engine), Touches(self.engine)
        self.definitions, self.replay = PostgresDefinitions(self.engine), Replay(self.engine)
        self.restatements, self.writer = Restatements(self.engine), LedgerWriter(self.engine)
        self.clocks = StoreClocks(self.states, PostgresClock(self.engine), self.clock)
        self.openings = Openings(self.states, self.generations, self.restatements, self.clocks)
        self.founding = Founding(self.states, self.generations, self.replay, self.openings, self.clock)
        self.renewal = Renewal(self.generations, self.states, self.openings)
        self.standings = RedisStandings(self.client, stage)
        self._passed = timedelta()
        self.touching = Touching(self.touches, monotonic=lambda: time.monotonic() + self._passed.total_seconds())
        self.beats = PostgresBeats(self.engine)
        self.restating = self.restating_on(self.boards)
        self.versions = CachedVersions(self.definitions)
        self.ranker = self.ranker_on(self.boards)

    def close(self) -> None:
        self.engine.dispose()
        self.client.close()

    def pass_time(self, passed: timedelta = timedelta(hours=1), board: str | None = None) -> None:
        """Let ``board``, or every board, have been written to so much earlier."""
        earlier = "UPDATE touched SET touched_at = touched_at - %s WHERE board = coalesce(%s, board)"
        with self.engine.begin() as connection:
            connection.exec_driver_sql(earlier, (passed, board))
        self._passed += passed

    def board(self, **options: Any) -> str:
        """A board of its own."""
        name = f"board-{uuid4().hex[:8]}"
        self.definitions.define(name, BoardOptions(**options))
        return name

    def play(self, board: str, facts: Sequence[Fact], version: int = 1) -> FactEnvelope:
        envelope = make_envelope(board, facts, board_version=version)
        self.fold(envelope)
        self.record(envelope)
        return envelope

    def fold(self, *envelopes: FactEnvelope) -> None:
        held(lambda: self.ranker.apply([Arrival(each) for each in envelopes]))

    def record(self, *envelopes: FactEnvelope) -> None:
        late = self.writer.append(envelopes, []).late
        held(lambda: self.ranker.apply([Arrival(each, recorded=True) for each in late]))

    def correct(self, kind: CorrectionKind, **named: Any) -> None:
        now = datetime.now(UTC)
        words = {"reason": "a test", "author": "test", **named}
        made = Correction(correction_id=new_uuid7(now), kind=kind, occurred_at=now, **words)
        for each in self.writer.correct([made]):
            self.restating.restate(each.board, [each.player])

    def request(self, board: str, version: int | None = None) -> Generation:
        return self.generations.request(board, board_version=version, reason="a test", author="test")

    def rebuilder(self, **others: Any) -> Rebuilder:
        """A rebuilder of its own name; ``others`` take the place of what it works with."""
        metrics = RebuilderMetrics(CollectorRegistry())
        boards = others.pop("boards", self.boards)
        return Rebuilder(
            uuid4().hex,
            LEASE_SECONDS,
            **{
                "generations": self.generations, "openings": self.openings, "definitions": self.definitions,
                "ledger": self.replay, "metrics": metrics,
                "scan": Scan(self.replay, self.states, boards, self.clock, page_facts=PAGE_FACTS),
                "swap": Swap(self.generations, self.states, boards, self.touches),
                **others,
            },
        )  # fmt: skip

    def rebuild_all(self, stopping: Callable[[], bool] = lambda: False) -> list[Outcome]:
        """Until nothing is left to do now."""
        rebuilder, outcomes = self.rebuilder(), list[Outcome]()
        while (outcome := rebuilder.rebuild_next(stopping)) is not None:
            outcomes.append(outcome)
        return outcomes

    def pulse(self) -> RedisPulse:
        """The way to the beats."""
        return RedisPulse(self.client, self.stage)

    def watcher(self, **others: Any) -> Watcher:
        """A watcher; ``others`` take the place of what it works with."""
        parts: dict[str, Any] = {
            "pulse": self.pulse(), "beats": self.beats, "states": self.states, "generations": self.generations,
            "touches": self.touches, "renewal": self.renewal, "metrics": RebuilderMetrics(CollectorRegistry()),
        }  # fmt: skip
        return Watcher(**{**parts, **others})

    def shown(self, board: str, options: BoardOptions) -> tuple[Standing, ...]:
        """All that readers see of the board; nothing where it has no live generation."""
        live = self.states.lives(board)
        if live is None:
            return ()
        view = View(board, ALL_TIME, generation=live.generation)
        return self.standings.page(view, options, 0, 100_000).standings

    def keys(self, board: str, generation: int) -> set[bytes]:
        """What is left of a generation, marks aside."""
        tag = f"{{{self.stage}/{board}}}"
        keys: list[Any] = self.client.keys(f"{tag}:*:{generation}:*") + self.client.keys(f"{tag}:*:{generation}")
        return {key for key in keys if key.split(b":")[2] == b"%d" % generation and b":seen:" not in key}

    def restating_on(self, boards: Any) -> Restating:
        """Who follows corrections, writing through ``boards``."""
        return Restating(
            self.founding, boards, self.restatements, self.replay, self.definitions, self.touching, self.clocks
        )

    def ranker_on(self, boards: Any) -> Projection:
        """A ranker that writes through ``boards``."""
        known = KnownStates(self.states, self.founding)
        return Projection(
            self.versions,
            boards,
            known,
            self.replay,
            self.touching,
            CatchingUp(self.states, self.generations, self.restatements, self.openings, self.restating),
            self.restating,
            metrics=RankerMetrics(CollectorRegistry()),
            clock=self.clock,
        )


def held(action: Callable[[], None]) -> None:
    """Do it as a stream does, which holds a batch while a store is not to be had."""

    def works() -> bool:
        try:
            action()
        except UnavailableError:
            return False
        return True

    eventually(works, within_seconds=30, what="the end of the outage")


def expected(board: str, facts: Sequence[Fact], options: BoardOptions) -> tuple[Standing, ...]:
    return expected_standings(facts, options, View(board, ALL_TIME))


def plays(count: int, players: int = 40, seed: int = 7) -> list[Fact]:
    """Facts of now, with levels, of which most improve nobody."""
    return [
        make_fact(f"player-{i * seed % players}", i * 31 * seed % 997, datetime.now(UTC), level=f"level-{i % 3}")
        for i in range(count)
    ]


EVERY_POLICY = [BoardOptions(policy=policy) for policy in Policy]
