"""List suspect plays and decide about them. Everything raises `GatewayError`."""

from collections.abc import Callable, Sequence

import msgspec

from ledgerboard_cli.operations import Why
from ledgerboard_cli.transport import Transport, path


class Review(msgspec.Struct, frozen=True):
    """A suspect play."""

    event_id: str
    board: str
    rules: tuple[str, ...]
    state: str
    found_at: str
    player: str | None = None
    score: int | None = None
    author: str | None = None
    reason: str | None = None
    voided: bool = False


class _Page(msgspec.Struct, frozen=True):
    reviews: tuple[Review, ...]


class ReviewsOverHttp:
    """The gateway's reviews."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, board: str | None, state: str, limit: int) -> Sequence[Review]:
        """The oldest ones."""
        query = {"board": board, "state": state, "limit": limit}
        return self._transport.get(_Page, "GET", path("v1", "reviews", query=query)).reviews

    def decide(self, verb: str, event_id: str, why: Why) -> Review:
        """``approve`` or ``refuse`` one. Safe to repeat."""
        return self._transport.get(Review, "POST", path("v1", "reviews", event_id, verb), why.body)


class Reviewing:
    """What the command line says of reviews."""

    def __init__(self, reviews: ReviewsOverHttp, say: Callable[[str], object]) -> None:
        self._reviews = reviews
        self._say = say

    def list(self, board: str | None, state: str, limit: int) -> int:
        """A line for each."""
        for review in self._reviews.list(board, state, limit):
            self._say(_line(review))
        return 0

    def decide(self, verb: str, event_id: str, why: Why) -> int:
        """Decide about one."""
        self._say(_line(self._reviews.decide(verb, event_id, why)))
        return 0


def _line(review: Review) -> str:
    parts = [review.found_at, review.event_id, review.board, review.player or "-", str(review.score)]
    parts += ["+".join(review.rules), review.state, *(["voided"] if review.voided else [])]
    return " ".join(parts) + (f" by {review.author}: {review.reason}" if review.author else "")
