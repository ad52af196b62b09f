"""All routes of operators, in one place."""

from dataclasses import dataclass

from ledgerboard_gateway.http.correction_log_routes import CorrectionLogRoutes
from ledgerboard_gateway.http.correction_routes import CorrectionRoutes
from ledgerboard_gateway.http.dead_letter_routes import DeadLetterRoutes
from ledgerboard_gateway.http.operations import Operation
from ledgerboard_gateway.http.rebuild_routes import RebuildRoutes
from ledgerboard_gateway.http.reconciliation_routes import ReconciliationRoutes

OPERATOR_TAGS = {
    "corrections": "Void scores, ban and erase players, reset and delete boards. Each correction is kept as a fact.",
    "rebuilds": "Project boards anew from the ledger.",
    "reconciliations": "Compare boards with the ledger.",
    "dead letters": "What no worker could use: look at it, send it again, discard it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRoutes:
    """The objects whose methods are the views of operators."""

    corrections: CorrectionRoutes
    log: CorrectionLogRoutes
    rebuilds: RebuildRoutes
    reconciliations: ReconciliationRoutes
    dead_letters: DeadLetterRoutes

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            *self.corrections.operations(),
            *self.log.operations(),
            *self.rebuilds.operations(),
            *self.reconciliations.operations(),
            *self.dead_letters.operations(),
        ]
