"""Who may submit is judged by the version that the submission names, like everything that a message alone decides."""

import pytest

from ledgerboard_contracts import BoardDefinition, BoardOptions, Fact, Rejection, RejectionReason, Source, Submitters
from ledgerboard_ingest.verdicts import judge_submission
from ledgerboard_testkit.submissions import SOURCE_ID, submission


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("submitters", Submitters)
def test_a_board_of_servers_takes_no_players_own_score(source: Source, submitters: Submitters) -> None:
    definition = BoardDefinition(board="race", version=1, options=BoardOptions(submitters=submitters))
    verdict = judge_submission(submission(1, source=source), definition, SOURCE_ID)
    if (source, submitters) == (Source.PLAYER, Submitters.SERVERS):
        assert isinstance(verdict, Rejection)
        assert verdict.reason is RejectionReason.SUBMITTER_REFUSED
    else:
        assert isinstance(verdict, Fact)


def test_a_submission_without_a_source_was_let_in_as_a_server_is() -> None:
    assert submission(1).source is Source.SERVER
