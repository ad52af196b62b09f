"""Everything that writes to boards and ledger, wired as the services wire it, but through a fuse."""

import redis
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from ledgerboard_boards import MARK_SECONDS
from ledgerboard_history.metrics import HistoryMetrics
from ledgerboard_history.suspecting import Suspecting
from ledgerboard_history.telling import Telling
from ledgerboard_history.worker import HistoryHandler
from ledgerboard_infra.postgres import PostgresClock
from ledgerboard_ledger import (
    CachedVersions,
    LedgerWriter,
    PostgresDefinitions,
    PostgresGenerations,
    PostgresSuspicions,
    Replay,
    Restatements,
    Snapshots,
    Touches,
)
from ledgerboard_ranker.catching_up import CatchingUp
from ledgerboard_ranker.founding import Founding
from ledgerboard_ranker.known import KnownStates
from ledgerboard_ranker.metrics import RankerMetrics
from ledgerboard_ranker.openings import Openings
from ledgerboard_ranker.projection import Projection
from ledgerboard_ranker.rebuilder.metrics import RebuilderMetrics
from ledgerboard_ranker.rebuilder.rebuilding import Rebuilder
from ledgerboard_ranker.rebuilder.scanning import Scan
from ledgerboard_ranker.rebuilder.swapping import Swap
from ledgerboard_ranker.restating import Restating
from ledgerboard_ranker.touching import Touching
from ledgerboard_ranker.worker import FactsHandler
from ledgerboard_testkit.memory import FixedClock, MemorySender
from tests.integration.ranker.mortals import Fuse
from tests.integration.ranker.punctual import MovedClocks, PunctualBoards, PunctualStates

_LEASE_SECONDS = 0.001


class Workers:
    """The handlers of ranker and history, and a rebuilder. All of them die where the fuse says."""

    def __init__(  # noqa: PLR0913 -- everything that they share.
        self,
        client: redis.Redis,
        engine: Engine,
        stage: str,
        clock: FixedClock,
        fuse: Fuse,
        told: MemorySender,
        snapshots: Snapshots | None = None,
        *,
        mark_seconds: float = MARK_SECONDS,
    ) -> None:
        through = fuse.through
        definitions = PostgresDefinitions(engine)
        punctual_states = PunctualStates(client, stage)
        punctual_boards = PunctualBoards(client, stage, mark_seconds=mark_seconds)
        self.states, boards = through(punctual_states), through(punctual_boards)
        self.generations, restatements = (
            through(PostgresGenerations(engine, snapshots)),
            through(Restatements(engine, snapshots)),
        )
        self.restatements = restatements
        replay, versions = through(Replay(engine)), CachedVersions(definitions)
        clocks = MovedClocks(self.states, through(PostgresClock(engine)), clock)
        punctual_states.clocks = punctual_boards.clocks = clocks
        punctual_states.before_call = punctual_boards.before_call = fuse.burn
        self.openings = openings = Openings(self.states, self.generations, restatements, clocks)
        founding = Founding(self.states, self.generations, replay, openings, clock)
        touching = Touching(Touches(engine))
        self.restating = Restating(founding, boards, restatements, replay, definitions, touching, clocks)
        known = KnownStates(self.states, founding)
        projection = Projection(
            versions,
            boards,
            known,
            replay,
            touching,
            CatchingUp(self.states, self.generations, restatements, openings, self.restating),
            self.restating,
            metrics=RankerMetrics(CollectorRegistry()),
            clock=clock,
        )
        self.ranker = FactsHandler(projection, self.restating)
        metrics = HistoryMetrics(CollectorRegistry())
        ledger, telling = through(LedgerWriter(engine)), Telling(through(told), metrics)
        suspecting = Suspecting(through(PostgresSuspicions(engine)), ledger, telling, metrics)
        self.recorder = HistoryHandler(ledger, suspecting, telling, metrics)
        self.rebuilder = Rebuilder(
            "test",
            _LEASE_SECONDS,
            generations=self.generations,
            openings=openings,
            definitions=versions,
            ledger=replay,
            scan=Scan(replay, self.states, boards, clock),
            swap=Swap(self.generations, self.states, boards, Touches(engine)),
            metrics=RebuilderMetrics(CollectorRegistry()),
        )
