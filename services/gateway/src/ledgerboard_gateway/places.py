"""Where a player stands in every view that one play counts in, whichever generation of the board is live."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ledgerboard_contracts import BoardOptions, Fact, Scope, Standing, Submission, View, views_of
from ledgerboard_gateway.views import LiveBoard


@dataclass(frozen=True, slots=True)
class Place:
    """A player's place in a view that a play counts in."""

    view: View
    options: BoardOptions
    standing: Standing | None


Places = Mapping[tuple[Scope, str], Place]
"""By what a view ranks and the key of its span, which stay when the board moves on to another generation."""


class Boards(Protocol):
    """The live boards. Raises `UnavailableError` when they are down."""

    def standings_of(self, player: str, views: Sequence[tuple[View, BoardOptions]]) -> Sequence[Standing | None]:
        """One player's places."""
        ...


class Lives(Protocol):
    """What is live of the boards. Raises `UnavailableError` where nothing is, or where it cannot be asked."""

    def read(self, boards: Sequence[str], ask: Callable[[Sequence[LiveBoard]], Places]) -> Places:
        """What ``ask`` tells when told what is live."""
        ...


class PlayPlaces:
    """Reads the live boards alone: only they can show that a play has arrived."""

    def __init__(self, boards: Boards, lives: Lives) -> None:
        self._boards = boards
        self._lives = lives

    def of(self, submission: Submission) -> Places:
        """Where the player stands in every view that the submission counts in."""

        def ask(found: Sequence[LiveBoard]) -> Places:
            (live,) = found
            drawn = views_of(submission.board, _fact(submission), live.options)
            views = [replace(view, generation=live.generation) for view in drawn]
            standings = self._boards.standings_of(submission.player, [(view, live.options) for view in views])
            return {
                (view.scope, view.span.key): Place(view, live.options, standing)
                for view, standing in zip(views, standings, strict=True)
            }

        return self._lives.read([submission.board], ask)


def _fact(submission: Submission) -> Fact:
    return Fact(
        event_id=submission.event_id,
        player=submission.player,
        score=submission.score,
        occurred_at=submission.occurred_at,
        level=submission.level,
        attributes=submission.attributes,
        session=submission.session,
    )
