"""The answer to a bulk request: each score stands for itself, in the order of the request."""

from collections.abc import Sequence

from ledgerboard_contracts import Submission
from ledgerboard_gateway.http import answers
from ledgerboard_gateway.http.problems import FieldError, ProblemError, ProblemType
from ledgerboard_gateway.parcels import Outcome, Parcel
from ledgerboard_gateway.submit import Ask


def bulk_answer(items: Sequence[Ask | ProblemError], parcels: Sequence[Parcel]) -> answers.BulkAnswer:
    """A result for each item: the error of one that was refused, or what became of one that was sent."""
    sent = iter(
        [
            _sent(submission, accepted=parcel.outcome is Outcome.ACKNOWLEDGED)
            for parcel in parcels
            for submission in parcel.submissions
        ]
    )
    results = tuple(
        next(sent) if isinstance(item, Ask) else answers.RefusedItem(type=item.kind.uri, errors=item.errors)
        for item in items
    )
    kinds = [type(result) for result in results]
    return answers.BulkAnswer(
        accepted=kinds.count(answers.AcceptedItem),
        refused=kinds.count(answers.RefusedItem),
        unavailable=kinds.count(answers.UnavailableItem),
        results=results,
    )


def nothing_sound(items: Sequence[Ask | ProblemError]) -> ProblemError:
    """A bulk request of which nothing can be accepted is a bad request, and each error says whose it is.

    Where nothing is the caller's to submit, it is forbidden; where some of it was too much for now, it may come again.
    """
    for item in items:
        if isinstance(item, ProblemError) and item.kind is ProblemType.TOO_MANY_REQUESTS:
            return item
    errors = [
        FieldError(f"scores[{index}].{error.field}", error.message)
        for index, item in enumerate(items)
        if isinstance(item, ProblemError)
        for error in item.errors
    ]
    kinds = {item.kind for item in items if isinstance(item, ProblemError)}
    kind = ProblemType.FORBIDDEN if kinds == {ProblemType.FORBIDDEN} else ProblemType.INVALID_REQUEST
    return ProblemError(kind, "None of the scores can be accepted.", errors=errors)


def _sent(submission: Submission, *, accepted: bool) -> answers.AcceptedItem | answers.UnavailableItem:
    kind = answers.AcceptedItem if accepted else answers.UnavailableItem
    return kind(event_id=submission.event_id, occurred_at=submission.occurred_at)
