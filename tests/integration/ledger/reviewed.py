"""Reviews and a display name, as traces that a player leaves."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from ledgerboard_ledger import Decision, Endpoints, PostgresPlayerNames, PostgresReviews, ReviewState
from ledgerboard_testkit.events import NOON, event_id

_SUSPECT = text("INSERT INTO reviews (event_id, board, rules, found_at) VALUES (:event_id, :board, :rules, now())")


def reviews_of(engine: Engine) -> PostgresReviews:
    return PostgresReviews(engine, Endpoints(engine, engine))


def suspect(engine: Engine, board: str, made: UUID) -> UUID:
    """Let a play be suspect, whatever it is."""
    with engine.begin() as connection:
        connection.execute(_SUSPECT, {"event_id": made, "board": board, "rules": ["max_gain"]})
    return made


def decided(state: ReviewState, author: str = "ops", reason: str = "a test") -> Decision:
    correction_id = uuid4() if state is ReviewState.REFUSED else None
    return Decision(state=state, at=NOON, author=author, reason=reason, correction_id=correction_id)


def leave_reviews(engine: Engine, player: str, board: str, plays: Sequence[UUID]) -> None:
    """``player`` has a name, suspect plays of which one was talked about, and decided about somebody else."""
    PostgresPlayerNames(engine, Endpoints(engine, engine)).call(player, f"the {player}", NOON)
    for play in plays:
        suspect(engine, board, play)
    reviews_of(engine).decide(plays[0], decided(ReviewState.REFUSED, reason=f"{player} cheats"))
    reviews_of(engine).decide(suspect(engine, board, event_id()), decided(ReviewState.APPROVED, author=player))
