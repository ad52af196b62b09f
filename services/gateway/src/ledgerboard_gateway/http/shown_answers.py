"""The answer to a submission that its client waited for."""

from collections.abc import Sequence

import msgspec

from ledgerboard_contracts import Submission
from ledgerboard_contracts.scores import AwareDatetime
from ledgerboard_gateway.http import rendering
from ledgerboard_gateway.http.answers import Accepted
from ledgerboard_gateway.http.view_answers import InView
from ledgerboard_gateway.http.view_rendering import in_view
from ledgerboard_gateway.showing import ShownView


class ShownStanding(InView, frozen=True, kw_only=True):
    """The player's place in one view that the play counts in.

    ``previous_rank`` and ``previous_score`` are those of just before the play was sent, null without an earlier play.
    ``improved``: the first play there, a better score, or a better rank with the same score.
    """

    rank: int
    position: int
    score: int
    achieved_at: AwareDatetime
    previous_rank: int | None
    previous_score: int | None
    improved: bool


class Shown(Accepted, frozen=True, kw_only=True):
    """A submission that is recorded and shown by the boards: the player's place in every view that it counts in."""

    standings: tuple[ShownStanding, ...]


def shown(submission: Submission, views: Sequence[ShownView]) -> Shown:
    """The answer that tells both."""
    accepted = msgspec.structs.asdict(rendering.accepted(submission))
    return Shown(**accepted, standings=tuple(_standing(each) for each in views))


def _standing(each: ShownView) -> ShownStanding:
    now, before = each.standing, each.previous
    return ShownStanding(
        **in_view(each.view),
        rank=now.rank,
        position=now.position,
        score=now.score,
        achieved_at=now.achieved_at,
        previous_rank=None if before is None else before.rank,
        previous_score=None if before is None else before.score,
        improved=each.improved,
    )
