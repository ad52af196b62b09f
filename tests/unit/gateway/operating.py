"""What operators work with, in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from ledgerboard_contracts.queues import ALL_QUEUES
from ledgerboard_gateway.bans import Bans
from ledgerboard_gateway.corrections import Accounts, Corrections, Ledger
from ledgerboard_gateway.dead_letters import DeadLetters, Desk
from ledgerboard_gateway.operators import Records, operator_routes
from ledgerboard_gateway.rebuilds import Definitions, Rebuilds
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.ids import new_uuid7
from ledgerboard_infra.stream.messages import Message, Receipt
from ledgerboard_ledger import Ban, ErasedPlayers, RecordedCorrection
from ledgerboard_ledger.generation_records import Generation, GenerationStage
from ledgerboard_ledger.reconciliation_records import AskedReconciliation, FoundDifference, ReconciliationStage
from ledgerboard_testkit.memory import NOON, MemorySender
from ledgerboard_testkit.memory.dependency import Dependency


class MemoryCorrectionsLog(Dependency):
    """Corrections and bans, as a test puts them there."""

    def __init__(self) -> None:
        super().__init__()
        self.corrections: list[RecordedCorrection] = []
        self.in_force: list[Ban] = []
        self.erased = ErasedPlayers(b"salt", {})

    def page(
        self, before: UUID | None, limit: int, *, board: str | None = None, player: str | None = None
    ) -> Sequence[RecordedCorrection]:
        self.answer()
        found = sorted(self.corrections, key=lambda each: each.correction_id, reverse=True)
        found = [each for each in found if before is None or each.correction_id < before]
        return [each for each in found if board in {None, each.board} and player in {None, each.player}][:limit]

    def erasures(self, since: datetime) -> ErasedPlayers:
        self.answer()
        until = {veil: at for veil, at in self.erased.until.items() if at >= since}
        return ErasedPlayers(self.erased.salt, until)

    def bans(self) -> Sequence[Ban]:
        self.answer()
        return self.in_force


class MemoryMoments(Dependency):
    """The clock of the ledger, which goes with the gateway's unless a test says how much it is ``ahead``."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.ahead = timedelta(0)
        self._clock = clock

    def following(self, *, player: str | None = None, board: str | None = None) -> datetime:
        self.answer()
        assert player is None or board is None
        return self._clock.now() + self.ahead


class MemoryGenerations(Dependency):
    """Generations, each requested at noon."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Generation] = []

    def request(self, board: str, *, board_version: int | None, reason: str, author: str) -> Generation:
        self.answer()
        known = self.list(board)
        if known and known[0].state is GenerationStage.REQUESTED:
            return known[0]
        made = Generation(
            board=board,
            number=len(known) + 1,
            board_version=board_version or 1,
            state=GenerationStage.REQUESTED,
            reason=reason,
            author=author,
            requested_at=NOON,
        )
        self.made.append(made)
        return made

    def list(self, board: str | None) -> Sequence[Generation]:
        self.answer()
        return [each for each in reversed(self.made) if board in {None, each.board}]


class MemoryReconciliations(Dependency):
    """Comparisons, each requested at noon, and what they found."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[UUID, AskedReconciliation] = {}
        self.found: list[FoundDifference] = []

    def request(self, board: str | None) -> AskedReconciliation:
        self.answer()
        for each in self.asked.values():
            if each.board == board and each.state is ReconciliationStage.REQUESTED:
                return each
        made = AskedReconciliation(
            reconciliation_id=uuid4(), board=board, state=ReconciliationStage.REQUESTED, requested_at=NOON
        )
        self.asked[made.reconciliation_id] = made
        return made

    def get(self, reconciliation_id: UUID) -> AskedReconciliation | None:
        self.answer()
        return self.asked.get(reconciliation_id)

    def differences(self, reconciliation_id: UUID) -> Sequence[FoundDifference]:
        self.answer()
        return self.found if reconciliation_id in self.asked else []


@dataclass
class MemoryInbox:
    """Dead letters; what was received is hidden until it is given back."""

    letters: dict[str, Message] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def put(self, body: str, *, attributes: Mapping[str, str] | None = None) -> str:
        message_id = str(uuid4())
        self.letters[message_id] = Message(
            body=body,
            message_id=message_id,
            receive_count=1,
            sent_at=NOON - timedelta(hours=1),
            attributes=attributes or {},
        )
        return message_id

    def depth(self) -> int:
        return len(self.letters)

    def receive(self, wait_seconds: int) -> list[Receipt]:
        assert wait_seconds
        shown = [message for each, message in self.letters.items() if each not in self.hidden][:10]
        self.hidden |= {message.message_id for message in shown}
        return [Receipt(message=message, handle=message.message_id) for message in shown]

    def delete(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        return [receipt for receipt in receipts if self.letters.pop(receipt.message.message_id, None) is None]

    def show_after(self, delays: Sequence[tuple[Receipt, float]]) -> list[Receipt]:
        self.hidden -= {receipt.message.message_id for receipt, _ in delays}
        return []


class Operating:
    """The collaborators of operators, and the routes over them."""

    def __init__(
        self,
        ledger: Ledger,
        definitions: Definitions,
        accounts: Accounts,
        log: MemoryCorrectionsLog,
        queue: MemorySender,
        clock: Clock,
    ) -> None:
        self.log, self.generations = log, MemoryGenerations()
        self.moments = MemoryMoments(clock)
        self.bans = Bans(self.log, period_seconds=1)
        self.dead = {spec.name: MemoryInbox() for spec in ALL_QUEUES}
        self.origins = {spec.name: queue if spec.name == "submissions" else MemorySender() for spec in ALL_QUEUES}
        self.reconciliations = MemoryReconciliations()
        self.rebuilds = Rebuilds(self.generations, definitions)
        self.letters = DeadLetters({name: self._desk(name) for name in self.dead})
        self.routes = operator_routes(
            corrections=Corrections(ledger, definitions, accounts, queue, self.moments, new_uuid7),
            definitions=definitions,
            records=Records(log=self.log, compared=self.reconciliations),
            made=self.rebuilds,
            letters=self.letters,
            clock=clock,
        )

    def ban(self, player: str, board: str | None = None) -> None:
        """Let a ban be known here."""
        self.log.in_force.append(Ban(player, board))
        self.bans.refresh()

    def _desk(self, name: str) -> Callable[[], Desk]:
        return lambda: Desk(dead=self.dead[name], origin=self.origins[name])
