"""Ask that boards be compared with the ledger, and tell what came out."""

from typing import Protocol
from uuid import UUID

from flask import Response

from ledgerboard_gateway.http import operator_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.operations import Answer, Body, Operation
from ledgerboard_gateway.http.operator_answers import DifferenceItem, ReconciliationAnswer
from ledgerboard_gateway.http.operator_bodies import ReconciliationBody, decode_reconciliation
from ledgerboard_gateway.http.problems import ProblemError
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_gateway.http.requests import json_body, note, uuid_in_path
from ledgerboard_gateway.reconciliations import ToldReconciliation


class Reconciliations(Protocol):
    """The way to a comparison. Raises `UnavailableError` when the record is down."""

    def request(self, board: str | None) -> ToldReconciliation:
        """Ask for that of a board, or of all."""
        ...

    def find(self, reconciliation_id: UUID) -> ToldReconciliation | None:
        """One comparison, or None."""
        ...


class ReconciliationRoutes:
    """The routes of comparisons. 202 means that the ledger holds the request. Safe to repeat."""

    def __init__(self, reconciliations: Reconciliations) -> None:
        self._reconciliations = reconciliations

    def reconcile(self) -> Response:
        """Ask for a comparison."""
        told = self._reconciliations.request(decode_reconciliation(json_body()))
        note(board=told.asked.board, reconciliation_id=str(told.asked.reconciliation_id))
        return rendering.answer(_rendered(told), 202)

    def get_reconciliation(self, reconciliation_id: str) -> Response:
        """Tell how far a comparison is."""
        told = self._reconciliations.find(uuid_in_path(reconciliation_id, "reconciliation_id"))
        if told is None:
            raise ProblemError(P.NOT_FOUND, "There is no such comparison. They are kept for 30 days.")
        return rendering.answer(_rendered(told))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="reconciliations",
                method="POST",
                rule="/v1/reconciliations",
                view=self.reconcile,
                summary="Compare boards with the ledger",
                description="Every entry of every view of `board`, or of all boards, also while scores come in. "
                "Nothing is changed. While nobody began the same comparison, this tells of that one.",
                body=Body(ReconciliationBody, e.RECONCILE),
                answers={202: Answer([ReconciliationAnswer], e.RECONCILIATION_ASKED, "The ledger holds the request")},
                problems=[P.UNKNOWN_BOARD, P.UNAVAILABLE],
            ),
            Operation(
                tag="reconciliations",
                method="GET",
                rule="/v1/reconciliations/<reconciliation_id>",
                view=self.get_reconciliation,
                summary="Read what a comparison came to",
                description="How far it is, and what differs. `proved` is null until it is over, and then true only if "
                "every entry of every board was judged and right.",
                answers={200: Answer([ReconciliationAnswer], e.RECONCILIATION, "The comparison")},
                problems=[P.NOT_FOUND, P.UNAVAILABLE],
            ),
        ]


def _rendered(told: ToldReconciliation) -> ReconciliationAnswer:
    asked = told.asked
    return ReconciliationAnswer(
        reconciliation_id=asked.reconciliation_id,
        board=asked.board,
        state=asked.state,
        stalled=asked.is_stalled,
        proved=asked.is_proved,
        requested_at=asked.requested_at,
        started_at=asked.started_at,
        finished_at=asked.finished_at,
        boards=asked.boards,
        boards_compared=asked.boards_compared,
        boards_unread=asked.boards_unread,
        views=asked.views,
        views_compared=asked.views_compared,
        suspicions=asked.suspicions,
        differences=asked.differences,
        unsettled=asked.unsettled,
        failure=asked.failure,
        first=tuple(
            DifferenceItem(board=each.board, view=each.view, kind=each.kind, player=each.player, detail=each.detail)
            for each in told.first
        ),
    )
