"""One board in both stores, what may go wrong with it, and the comparison of the two."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import redis
from sqlalchemy import Engine

from ledgerboard_boards import BoardStates, RedisBoards
from ledgerboard_boards.keys import Keyspace
from ledgerboard_contracts import ALL_TIME, BoardDefinition, BoardOptions, Fact, View
from ledgerboard_history.proof.comparing import Comparison
from ledgerboard_history.proof.reconciling import Patience, Reconciled, Reconciliation
from ledgerboard_history.proof.traffic import UnderWay
from ledgerboard_ledger import LedgerWriter, SqlFold
from ledgerboard_ledger.drawn import DrawnViews
from ledgerboard_testkit.first_generation import FirstGeneration
from ledgerboard_testkit.plays import make_envelope

NOW: Final = datetime.now(UTC)
_PATIENCE: Final = Patience(
    pause=timedelta(seconds=5), settle=timedelta(seconds=60), busy=timedelta(seconds=400), most=timedelta(seconds=300)
)


@dataclass
class Proof:
    """A board of its own. Time passes only while the comparison pauses, and then ``on_pause`` may do something."""

    valkey: redis.Redis
    engine: Engine
    options: BoardOptions = field(default_factory=BoardOptions)
    board: str = field(default_factory=lambda: f"board-{uuid4().hex[:12]}")
    stage: str = field(default_factory=lambda: f"prove-{uuid4().hex[:12]}")
    begin: bool = True
    messages: int = 0
    in_hand: int = 0
    patience: Patience = _PATIENCE
    on_pause: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Begin."""
        self._now = NOW
        self._first = FirstGeneration(self.valkey, self.stage)
        self.definition = BoardDefinition(board=self.board, version=1, options=self.options)

    def fold(self, *plays: Fact) -> None:
        """Into the boards alone."""
        self._first.fold([(make_envelope(self.board, plays), self.definition)], NOW)

    def record(self, *plays: Fact) -> None:
        """In the ledger alone."""
        LedgerWriter(self.engine).append([make_envelope(self.board, plays)], [])

    def play(self, *plays: Fact) -> None:
        """The whole road."""
        self.fold(*plays)
        self.record(*plays)

    @property
    def entries_key(self) -> str:
        """The sorted set of the view of all time."""
        return Keyspace(self.stage).of(View(self.board, ALL_TIME)).entries.decode()

    def reconcile(self) -> Reconciled:
        """Compare the two."""
        return self.reconciliation().reconcile(self.board)

    def reconciliation(self) -> Reconciliation:
        """What compares them."""
        if self.begin:
            self._first.begin(self.board)
        boards, states = RedisBoards(self.valkey, self.stage), BoardStates(self.valkey, self.stage)
        comparison = Comparison(boards, DrawnViews(self.engine), SqlFold(self.engine), self)
        return Reconciliation(states, self, comparison, self, self, pause=self._pass, patience=self.patience)

    def version(self, board: str, version: int) -> BoardDefinition | None:
        """The one version that there is."""
        return self.definition if (board, version) == (self.board, 1) else None

    def under_way(self) -> UnderWay:
        """What the queues say."""
        return UnderWay(self.messages, self.in_hand)

    def now(self) -> datetime:
        """What the clock says."""
        return self._now

    def _pass(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self.on_pause()
