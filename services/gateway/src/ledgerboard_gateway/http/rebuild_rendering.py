"""Turn generations, and what waits for them, into the bodies of answers."""

import msgspec

from ledgerboard_contracts import BoardDefinition
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.operator_answers import RebuildItem, RedefinedBoard
from ledgerboard_ledger.generation_records import Generation


def rebuild(made: Generation) -> RebuildItem:
    """One generation as it is told."""
    return RebuildItem(
        board=made.board,
        generation=made.number,
        board_version=made.board_version,
        state=made.state,
        reason=made.reason,
        author=made.author,
        facts_folded=made.facts_folded,
        facts_total=made.facts_total,
        requested_at=made.requested_at,
        finished_at=made.finished_at,
    )


def redefined(definition: BoardDefinition, made: Generation) -> RedefinedBoard:
    """A definition, and the generation that is to bring it to the board."""
    return RedefinedBoard(**msgspec.structs.asdict(rendering.board(definition)), rebuild=rebuild(made))
