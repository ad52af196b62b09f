"""Read what was corrected."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from ledgerboard_gateway.http import operator_examples as e
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.operations import Answer, Operation
from ledgerboard_gateway.http.operator_answers import CorrectionItem, CorrectionsAnswer
from ledgerboard_gateway.http.operator_query import CorrectionsQuery
from ledgerboard_gateway.http.problems import ProblemType as P
from ledgerboard_ledger import RecordedCorrection


class CorrectionsLog(Protocol):
    """The record of corrections. Raises `UnavailableError` when it is down."""

    def page(
        self, before: UUID | None, limit: int, *, board: str | None, player: str | None
    ) -> Sequence[RecordedCorrection]:
        """Corrections older than one, newest first."""
        ...


class CorrectionLogRoutes:
    """``GET /v1/corrections``."""

    def __init__(self, log: CorrectionsLog) -> None:
        self._log = log

    def list_corrections(self, query: Mapping[str, Any]) -> Response:
        """Tell a page of corrections."""
        limit, only = query["limit"], {name: query[name] for name in ("board", "player")}
        items = tuple(map(_item, self._log.page(query["before"], limit, **only)))
        following = None
        if len(items) == limit:
            pairs = {"before": items[-1].correction_id, "limit": limit} | {k: v for k, v in only.items() if v}
            following = f"/v1/corrections?{urlencode(pairs)}"
        return rendering.answer(CorrectionsAnswer(corrections=items, next=following))

    def operations(self) -> list[Operation]:
        """These routes, and what their documentation says."""
        return [
            Operation(
                tag="corrections",
                method="GET",
                rule="/v1/corrections",
                view=self.list_corrections,
                summary="Read what was corrected",
                description="Newest first. A correction that was accepted shows here once it is recorded, and is in "
                "force from then on. Follow `next` for older ones.",
                query=CorrectionsQuery,
                answers={200: Answer([CorrectionsAnswer], e.CORRECTIONS, "A page of corrections")},
                problems=[P.UNAVAILABLE],
            )
        ]


def _item(recorded: RecordedCorrection) -> CorrectionItem:
    return CorrectionItem(
        correction_id=recorded.correction_id,
        kind=recorded.kind,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        reason=recorded.reason,
        author=recorded.author,
        board=recorded.board,
        player=recorded.player,
        event_id=recorded.event_id,
    )
