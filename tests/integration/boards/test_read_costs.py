"""No read may keep Redis to itself: what it costs is bounded, however large the board and whatever is asked for."""

import redis

from benchmarks.reads_cost import READS, costs

MOST_COMMANDS = 1_600
"""A step of counting is two or three commands; each place and each board takes a fixed number beside those."""


def test_no_read_takes_more_than_some_hundreds_of_steps(client: redis.Redis, stage: str) -> None:
    found = costs(client, stage, rounds=1)
    assert len(found) == len(READS) * 3 * 2
    dear = {each.name: each.commands for each in found if each.commands > MOST_COMMANDS}
    assert dear == {}
    assert any(each.refused for each in found), "no read was as deep as may be"
