"""The problems of scores that do not get to the queue, or that the board does not take."""

from collections.abc import Mapping, Sequence
from typing import Final

from ledgerboard_gateway.http.problems import ProblemError, ProblemType
from ledgerboard_gateway.parcels import Outcome, Parcel
from ledgerboard_ledger import Rejected

_SENT_NOTHING: Final = "The queue does not take submissions at the moment. Nothing was sent."
_NO_ANSWER: Final = "The queue did not acknowledge the submission in time. It may be counted or not."


def rejection_problem(rejected: Rejected, headers: Mapping[str, str]) -> ProblemError:
    """The problem of a score that the board does not take. It is on record, so sending it again changes nothing."""
    refused = rejected.rejection
    return ProblemError(ProblemType.REJECTED, refused.detail, event_ids=[str(refused.event_id)], headers=headers)


def failure(parcels: Sequence[Parcel]) -> ProblemError:
    """The problem with parcels of which the queue acknowledged none."""
    doubtful = [parcel for parcel in parcels if parcel.outcome is Outcome.UNACKNOWLEDGED]
    if not doubtful:
        return ProblemError(ProblemType.UNAVAILABLE, _SENT_NOTHING)
    event_ids = [str(submission.event_id) for parcel in doubtful for submission in parcel.submissions]
    return ProblemError(ProblemType.UNACKNOWLEDGED, _NO_ANSWER, event_ids=event_ids)
