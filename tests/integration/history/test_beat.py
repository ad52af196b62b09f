"""Beat sends what is due daily at its start, to a worker that no other one was before.

A local queue may still hand a message to the long poll of a worker that just stopped, and keeps it for its visibility
timeout then; so this has a queue of its own.
"""

from typing import TYPE_CHECKING

from ledgerboard_history.jobs import CreatePartitions
from ledgerboard_infra.clock import SystemClock
from ledgerboard_ledger import Partitions
from ledgerboard_testkit.polling import eventually
from tests.integration.history.test_jobs import expected_partitions, finished, partitions

if TYPE_CHECKING:
    from tests.integration.history.conftest import Stage


def test_beat_sends_the_job_at_its_start_and_again_does_no_harm(stage: "Stage") -> None:
    CreatePartitions(Partitions(stage.engine), SystemClock()).run()
    with stage.process("jobs"), stage.process("beat"):
        eventually(lambda: finished(stage) == 1, within_seconds=60, what="a job that succeeded")
    assert partitions(stage) == expected_partitions()
