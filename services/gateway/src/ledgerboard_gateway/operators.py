"""Put together what operators use: corrections, rebuilds, comparisons, dead letters. Bootstrap brings the clients."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from ledgerboard_contracts.queues import ALL_QUEUES, QueueSpec
from ledgerboard_gateway import rebuilds, reconciliations
from ledgerboard_gateway.corrections import Corrections
from ledgerboard_gateway.dead_letters import DeadLetters, Desk
from ledgerboard_gateway.http.correction_log_routes import CorrectionLogRoutes, CorrectionsLog
from ledgerboard_gateway.http.correction_routes import CorrectionRoutes
from ledgerboard_gateway.http.dead_letter_routes import DeadLetterRoutes
from ledgerboard_gateway.http.operator_routes import OperatorRoutes
from ledgerboard_gateway.http.rebuild_routes import RebuildRoutes
from ledgerboard_gateway.http.reconciliation_routes import ReconciliationRoutes
from ledgerboard_infra.clock import Clock
from ledgerboard_infra.sqs import QueueSender, resolve_queue_url
from ledgerboard_infra.stream.inbox import Inbox

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What was corrected, and which comparisons were asked for."""

    log: CorrectionsLog
    compared: reconciliations.AskedReconciliations


def operator_routes(
    *,
    corrections: Corrections,
    definitions: reconciliations.Definitions,
    records: Records,
    made: rebuilds.Rebuilds,
    letters: DeadLetters,
    clock: Clock,
) -> OperatorRoutes:
    """The routes. Opens nothing."""
    return OperatorRoutes(
        corrections=CorrectionRoutes(corrections, definitions),
        log=CorrectionLogRoutes(records.log),
        rebuilds=RebuildRoutes(made),
        reconciliations=ReconciliationRoutes(reconciliations.Reconciliations(records.compared, definitions)),
        dead_letters=DeadLetterRoutes(letters, clock),
    )


def dead_letters(client: "SQSClient", stage: str) -> DeadLetters:
    """The dead letters of every queue of the stage, each looked up when it is first asked for."""
    return DeadLetters({queue.name: _desk(client, queue, stage) for queue in ALL_QUEUES})


def _desk(client: "SQSClient", queue: QueueSpec, stage: str) -> Callable[[], Desk]:
    return cache(partial(_find_desk, client, queue, stage))


def _find_desk(client: "SQSClient", queue: QueueSpec, stage: str) -> Desk:
    dead = Inbox(client, resolve_queue_url(client, queue.dead_letter_name(stage)))
    return Desk(dead=dead, origin=QueueSender(client, resolve_queue_url(client, queue.full_name(stage))))
