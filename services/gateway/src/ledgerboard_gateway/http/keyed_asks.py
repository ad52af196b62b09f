"""What the current request's key has to say about the scores in its body."""

from collections.abc import Callable, Sequence

from ledgerboard_gateway.http.idempotency import HEADER, current_claim
from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType
from ledgerboard_gateway.keyed import KeyedAsks
from ledgerboard_gateway.submit import Ask

Item = Ask | ProblemError


def keyed_asks(items: Sequence[Item]) -> KeyedAsks | None:
    """The request's scores by their places, or None where it has no key."""
    claim = current_claim()
    if claim is None:
        return None
    return KeyedAsks(claim, [number for number, item in enumerate(items) if isinstance(item, Ask)], len(items))


def judged(items: Sequence[Item], refusal: Callable[[Item], ProblemError | None]) -> list[Item]:
    """``items``, each that is refused as its problem.

    Where the request was planned before, its plan has said which are, whoever is banned by now: an envelope that was
    sent must not come again with other contents.
    """
    claim = current_claim()
    if claim is None or claim.plan is None:
        return [refusal(item) or item for item in items]
    refused = set(claim.plan.refused)
    return [_as_before(item) if number in refused else item for number, item in enumerate(items)]


def _as_before(item: Item) -> ProblemError:
    if isinstance(item, ProblemError):
        return item
    errors = [FieldError(HEADER, "the score was refused when this request came first")]
    return ProblemError(ProblemType.INVALID_REQUEST, "It was refused before.", errors=errors)
