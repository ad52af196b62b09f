"""What a message must be beyond its types: what a producer other than our gateway may have got wrong.

Every consumer of a queue asks the same here, so that no two of them disagree about which message is sound.
"""

from collections.abc import Iterable
from typing import Final

from ledgerboard_contracts.attributes import InvalidAttributesError, check_attributes
from ledgerboard_contracts.corrections import Correction, InvalidCorrectionError, check_correction
from ledgerboard_contracts.events import InvalidEventIdError, InvalidTimeError, check_occurred_at, event_time
from ledgerboard_contracts.names import InvalidNameError, check_board, check_level, check_player, check_session
from ledgerboard_contracts.scores import Fact, Submission

UNSOUND: Final = (
    InvalidAttributesError, InvalidCorrectionError, InvalidEventIdError, InvalidNameError, InvalidTimeError,
)  # fmt: skip
"""What the checks raise. Each message is fit for a dead letter's reason."""


def check_submission(submission: Submission) -> None:
    """Raise one of `UNSOUND` for a submission that no gateway of ours would have sent."""
    check_board(submission.board)
    check_play(submission)


def check_play(play: Submission | Fact) -> None:
    """The same of what submissions and facts have in common."""
    event_time(play.event_id)
    check_occurred_at(play.occurred_at)
    check_player(play.player)
    if play.level is not None:
        check_level(play.level)
    if play.session is not None:
        check_session(play.session)
    if play.attributes is not None:
        check_attributes(play.attributes)


def check_corrections(corrections: Iterable[Correction]) -> None:
    """Raise one of `UNSOUND` for the first correction that is not whole."""
    for correction in corrections:
        check_correction(correction)
